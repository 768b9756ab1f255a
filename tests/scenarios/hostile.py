"""Command texts as nobody should type them, from a seed: the same number gives the same texts for ever."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from bot.commands.catalog import COMMANDS, HIDDEN

CONTROLS = "".join(map(chr, (*range(32), 127, 0x85, 0xA0, 0xAD, 0xFEFF, 0xFFFE)))
DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PICTURES = ("😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "e\u0301" * 40, "\U0010ffff", "\ud83d", "\ude00", "\ud800\udfff")
BRACKETS = ("(" * 500, ")" * 500, "()" * 300, "(a OR " * 40, "[" * 200, "{" * 200, "-" * 600, '"(' * 100)
DATABASE = (
    "'; DROP TABLE subscription; --",
    "1 OR 1=1",
    "' UNION SELECT text FROM request --",
    "%' OR ''='",
    'MATCH "a" NEAR/2 b*',
    "title : a ^ b",
    "a* & !b | <-> c:*",
    "\\'; DELETE FROM change",
)
FORMATS = ("%s%n%d%x", "{0.__class__.__mro__}", "{}{}{}", "${jndi:ldap://x}", "`id`", "%(by)s", "\\N{BEL}")
HALVES = ('"world models', "“world", '"', "'", "—", "--", "--=", "title:", 'author:"', "-", "-(", 'a"b"c', "„x‟", "```")
NUMBERS = (
    "9" * 400,
    "-1",
    "0",
    "1e9",
    "0x10",
    "٣",
    "²",
    "½",
    "1_000",
    "3.5",
    "NaN",
    "1" * 5000,
    "2147483648",
    "#3",
    "##1",
)
TIMES = (
    "25:99",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "24:00",
    "mon,mon,,",
    "Europe/../Berlin",
    "../../etc/passwd",
)
MARKUP = ("<@U1>", "<!channel>", "<#C1|tea>", "<#>", "@everyone", "&amp;&lt;", "[x](javascript:1)", "\x1b[2J")
PLACES = (
    "--in tea",
    "--in #tea",
    "--in <#tea|x>",
    "--in @bo",
    "--to me",
    "--to bo",
    "--in ../away/tea",
)
FILES = (
    "a: &a [x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b,*b]",
    "version: 1\nsubscriptions: " + "[" * 2000,
    "!!python/object/apply:os.system ['true']",
    "version: 1\nversion: 2",
    "--- 1\n--- 2",
    "version: 1\nsubscriptions: [{query: agents, daily: 99:99}]",
    "version: 1\nsubscriptions: [{query: '" + "(" * 900 + "'}]",
    "version: 1\nsubscriptions:\n" + "- query: a\n" * 2000,
    "version: " + "9" * 4000,
    "version: 1\nsettings: {timezone: ../../x, max: 1e400, mutes: [[[]]]}",
    "{" * 300,
    "? [a, b]\n: c",
    "version: 1\nsubscriptions: [{query: \ud800}]",
    "\x00version: 1",
    "<<: *x",
    "k" * 200_000,
    "version: 1\nsettings: {mutes: [lighthouse, 'author:']}\nsubscriptions: null",
)
FIXED = (*PICTURES, *BRACKETS, *DATABASE, *FORMATS, *HALVES, *NUMBERS, *TIMES, *MARKUP, *PLACES)

TYPED = tuple(command.name for command in COMMANDS)
VERBS = (*TYPED, *TYPED, *TYPED, *(command.name for command in HIDDEN), "subscrib", "LIST", "/papers list", "")
FLAGS = sorted({f"--{name}" for command in COMMANDS for name in command.flags})
EXAMPLES = tuple(example for command in (*COMMANDS, *HIDDEN) for example in command.examples)


def texts(seed: int, count: int) -> Iterator[str]:
    """Yield that many texts."""
    random = Random(seed)
    for _ in range(count):
        yield random.choices(_MAKERS, _WEIGHTS)[0](random)


def _pieces(random: Random) -> str:
    """Return a verb, and anything in any order behind it."""
    pieces = [
        random.choice((_fixed, _flag, _word, _noise))(random) for _ in range(random.choice((0, 1, 1, 2, 2, 3, 5, 8)))
    ]
    between = random.choice((" ", " ", " ", "", "=", "\n", "\t", ":"))
    return f"{random.choice(VERBS)}{random.choice((' ', ' ', ' ', between))}{between.join(pieces)}"


def _spoilt(random: Random) -> str:
    """Return a good command with something done to it."""
    text = random.choice(EXAMPLES)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at = random.choice((random.randrange(len(text) + 1), len(text)))
        text = random.choice(
            (
                text[:at],
                text[:at] + _fixed(random) + text[at:],
                text[:at] + random.choice(CONTROLS + DIRECTIONS + "\"'()-=:,“") + text[at:],
                f"{text} {_flag(random)} {random.choice((_word, _fixed))(random)}",
                f"{text} {random.choice(PLACES)}",
                text[:at] + text[at + 1 :],
                text.upper(),
            )
        )
    return text


def _long(random: Random) -> str:
    """Return a command with a word of 8,000 characters."""
    alphabet = random.choice(("a", "ab", "机器", "😀", "\u0301", "\u202e", "(", '"', "- ", "a,", "9", "a b ", ":"))
    word = "".join(random.choices(alphabet, k=8000))
    return f"{random.choice(VERBS)} {random.choice(('', _flag(random)))} {word}"


def _file(random: Random) -> str:
    verb = random.choice(("import", "import --yes", "import --confirm=", "apply-import x", "export"))
    file = random.choice(FILES)
    if random.random() < 0.5:
        at = random.randrange(len(file))
        file = file[:at] + _fixed(random) + file[at:]
    return f"{verb}{random.choice((' ', chr(10)))}{file}"


def _noise(random: Random) -> str:
    """Return characters of every kind."""
    kinds: Sequence[Callable[[], str]] = (
        lambda: random.choice(CONTROLS),
        lambda: random.choice(DIRECTIONS),
        lambda: chr(random.randrange(0x110000)),
        lambda: chr(random.randrange(32, 127)),
    )
    return "".join(random.choice(kinds)() for _ in range(random.randint(1, 30)))


def _fixed(random: Random) -> str:
    return random.choice(FIXED)


def _flag(random: Random) -> str:
    return random.choice(FLAGS) + random.choice(("", "", "=", " ", ":"))


def _word(random: Random) -> str:
    return random.choice(("world models", "teapot", "1", "2", "all", "3 --yes", "hf,arxiv:cs.CV", "09:00", "fri", "OR"))


_MAKERS: tuple[Callable[[Random], str], ...] = (_pieces, _spoilt, _noise, _long, _file)
_WEIGHTS = (45, 40, 5, 5, 5)
