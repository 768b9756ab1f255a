"""`python -m bot` is the console command `paperround`."""

from bot.cli import main

main()
