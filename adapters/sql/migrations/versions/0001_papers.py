"""Papers, their aliases and sightings, and the full text beside them.

The database itself keeps the full text in step with `paper`: triggers fill SQLite's FTS5 index, and PostgreSQL's
vectors are generated columns. Both hold the ready tokens of the one tokeniser and parse nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)

_FIELDS = ("title_tokens", "abstract_tokens", "author_tokens", "organisation_tokens")


def upgrade() -> None:
    """Make the tables of the library."""
    op.create_table(
        "paper",
        sa.Column("key", _KEY, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "title", "abstract", "authors", "categories")),
        sa.Column("published_at", _MOMENT),
        *(sa.Column(f"link_{name}", sa.Text, nullable=False) for name in ("abs", "pdf", "hf", "code", "project")),
        sa.Column("upvotes", sa.Integer),
        sa.Column("stars", sa.Integer),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tldr", "keywords", "organisation")),
        sa.Column("first_seen_at", _MOMENT, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title_key", *_FIELDS)),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_paper_title_key", "paper", ["title_key"])
    op.create_table(
        "alias",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("paper", _KEY, sa.ForeignKey("paper.key"), nullable=False),
    )
    op.create_index("ix_alias_paper", "alias", ["paper"])
    op.create_table(
        "sighting",
        sa.Column("paper", _KEY, sa.ForeignKey("paper.key"), primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("listed_on", sa.Date, primary_key=True),
        sa.Column("first_seen_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_sighting_listed_on", "sighting", ["listed_on"])
    op.create_table(
        "source_change",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("change", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "import_progress",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
    )
    for statement in _SQLITE_FULL_TEXT if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_FULL_TEXT:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Drop the library."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("DROP TABLE paper_text")
    for name in ("import_progress", "source_change", "sighting", "alias", "paper"):
        op.drop_table(name)
    if not is_sqlite:
        op.execute("DROP FUNCTION paper_vector(text, text)")


_COLUMNS = ", ".join(_FIELDS)
_NEW = ", ".join(f"new.{name}" for name in _FIELDS)
_OLD = ", ".join(f"old.{name}" for name in _FIELDS)
_REMOVE = f"INSERT INTO paper_text (paper_text, rowid, {_COLUMNS}) VALUES ('delete', old.key, {_OLD});"  # noqa: S608
_ADD = f"INSERT INTO paper_text (rowid, {_COLUMNS}) VALUES (new.key, {_NEW});"  # noqa: S608 - constants only

_SQLITE_FULL_TEXT = (
    # The "ascii" tokeniser takes every character beyond ASCII for a letter; with + and # it cuts at spaces alone.
    f"""CREATE VIRTUAL TABLE paper_text USING fts5(
        {_COLUMNS}, content='paper', content_rowid='key', tokenize="ascii tokenchars '+#'"
    )""",
    f"CREATE TRIGGER paper_text_insert AFTER INSERT ON paper BEGIN {_ADD} END",
    f"CREATE TRIGGER paper_text_delete AFTER DELETE ON paper BEGIN {_REMOVE} END",
    f"""CREATE TRIGGER paper_text_update AFTER UPDATE OF {_COLUMNS} ON paper
        WHEN {" OR ".join(f"old.{name} <> new.{name}" for name in _FIELDS)} BEGIN {_REMOVE} {_ADD} END""",
)

_POSTGRESQL_FULL_TEXT = (
    # A lexeme has at most 2,046 bytes and a vector 1 MB: longer words are cut, and so are texts of a book's length.
    """CREATE FUNCTION paper_vector(first text, second text) RETURNS tsvector IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
        SELECT coalesce(
            string_agg('''' || left(token, 500) || ''':' || least(place, 16383) || weight, ' '), ''
        )::tsvector
        FROM (
            SELECT token, place, 'A' AS weight
            FROM unnest((string_to_array(first, ' '))[:12000]) WITH ORDINALITY AS a(token, place)
            UNION ALL
            SELECT token, coalesce(array_length(string_to_array(first, ' '), 1), 0) + 1 + place, 'B'
            FROM unnest((string_to_array(second, ' '))[:12000]) WITH ORDINALITY AS b(token, place)
        ) AS tokens
        WHERE token <> ''
    $$""",
    """ALTER TABLE paper
        ADD COLUMN text_vector tsvector
            GENERATED ALWAYS AS (paper_vector(title_tokens, abstract_tokens)) STORED,
        ADD COLUMN name_vector tsvector
            GENERATED ALWAYS AS (paper_vector(author_tokens, organisation_tokens)) STORED""",
    "CREATE INDEX ix_paper_text_vector ON paper USING gin (text_vector)",
    "CREATE INDEX ix_paper_name_vector ON paper USING gin (name_vector)",
)
