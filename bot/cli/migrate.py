"""`migrate`: bring the database to this version. SQLite does it by itself whenever it is opened."""

from adapters.sql.migrate import migrate as migrate_database
from bot.cli.border import DONE, say
from bot.settings import Settings


async def run_migrate(settings: Settings) -> int:
    """Migrate and say so; returns the exit status."""
    await migrate_database(settings.database_url.get_secret_value())
    say("The database is at this version.")
    return DONE
