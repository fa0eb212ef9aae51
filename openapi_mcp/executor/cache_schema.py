"""The tables of the file of kept answers."""

FORMAT = 2
"""What the file says of its form (`user_version`); 0 is a new one."""

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS secret (id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL)",
    """CREATE TABLE IF NOT EXISTS answers (
        key BLOB PRIMARY KEY, origin TEXT NOT NULL, path TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL,
        caller TEXT NOT NULL, kind TEXT NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL,
        size INTEGER NOT NULL, asked REAL NOT NULL, answered REAL NOT NULL, age REAL NOT NULL, lifetime REAL NOT NULL,
        used REAL NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS answers_by_path ON answers (origin, path)",
    "CREATE INDEX IF NOT EXISTS answers_by_kind ON answers (kind)",
    "CREATE INDEX IF NOT EXISTS answers_by_use ON answers (used)",
    "CREATE TABLE IF NOT EXISTS writes (origin TEXT PRIMARY KEY, count INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS total (id INTEGER PRIMARY KEY CHECK (id = 1), bytes INTEGER NOT NULL)",
    "INSERT OR IGNORE INTO total VALUES (1, 0)",
    """CREATE TRIGGER IF NOT EXISTS answer_came AFTER INSERT ON answers
        BEGIN UPDATE total SET bytes = bytes + new.size; END""",
    """CREATE TRIGGER IF NOT EXISTS answer_went AFTER DELETE ON answers
        BEGIN UPDATE total SET bytes = bytes - old.size; END""",
    """CREATE TRIGGER IF NOT EXISTS answer_changed AFTER UPDATE OF size ON answers
        BEGIN UPDATE total SET bytes = bytes - old.size + new.size; END""",
)
"""`writes` counts those to an origin, so that a read which began before one is not kept after it."""
