"""Slips of the pen: whether a word is another one, mistyped, and not a word of its own."""

from collections import Counter
from functools import cache

_SHORTEST = 5  # letters of a word in which one may be wrong,
_LONG = 8  # and two
_ENDINGS = frozenset("drsyn")  # that make another word of one: create, created; pay, payer
_OWN_WORDS = frozenset(
    (
        "county", "country", "quality", "quantity", "content", "context", "consent", "contest", "contact", "contract",
        "prize", "price", "state", "stage", "status", "start", "stock", "company", "campaign", "message", "massage",
        "produce", "product", "project", "conversation", "conversion", "comment", "commit", "position", "petition",
        "transaction", "translation", "transition", "interval", "internal", "interest", "receipt", "recipe",
        "recipient", "complaint", "compliant", "compliance", "reference", "referee", "referrer", "service", "device",
        "category", "percent", "present", "parent", "patent", "patient", "person", "personal", "personnel", "portion",
        "public", "publish", "publisher", "release", "relation", "rotation", "resource", "response", "revision",
        "section", "session", "sender", "gender", "source", "station", "statin", "subject", "summary", "target",
        "tariff", "thread", "threat", "ticket", "weather", "whether", "customer", "consumer", "currency", "current",
        "count", "court", "course", "create", "creator", "created", "update", "updated", "delete", "deleted", "expire",
        "expires", "expired", "destination", "designation", "discount", "dismount", "district", "distance", "duration",
        "donation", "instance", "instant", "invoice", "involve", "channel", "chapter", "charge", "change", "changed",
        "charger", "payee", "payer", "lender", "leader", "header", "reader", "loader", "assignee", "assigner",
        "employer", "employee", "licensee", "licenser", "trustee", "truster", "receiver", "received", "accept",
        "except", "access", "address", "affect", "effect", "principal", "principle", "stationary", "stationery",
        "model", "modal", "metal", "medal", "month", "mouth", "night", "light", "right", "minor", "major", "motor",
        "number", "member", "order", "older", "other", "owner", "pages", "phase", "phrase", "place", "plane", "plate",
        "plant", "point", "print", "query", "queue", "quote", "quota", "queries", "range", "reason", "season", "region",
        "religion", "scale", "score", "scope", "store", "story", "share", "shape", "sheet", "street", "stream", "table",
        "title", "tiles", "token", "total", "trace", "track", "trade", "train", "trail", "trial", "video", "visit",
        "width", "world", "write", "white", "while", "value", "valid", "limit", "level", "label", "light", "image",
        "group", "field", "filed", "filter", "first", "front", "event", "error", "email", "begin", "basic", "basis",
        "batch", "match", "watch", "cause", "clause", "class", "close", "cover", "cycle", "daily", "dairy", "diary",
        "draft", "drift", "floor", "flour", "folder", "follower", "format", "former", "formal", "form", "from",
        "friend", "guest", "quest", "house", "horse", "hours", "index", "input", "issue", "items", "lease", "leave",
        "least", "lower", "lover", "media", "metric", "matrix", "minute", "module", "nation", "notice", "novel",
        "object", "office", "officer", "option", "origin", "original", "output", "pattern", "partner", "period",
        "phone", "photo", "plain", "planet", "policy", "police", "power", "prefix", "profit", "profile", "program",
        "progress", "provider", "province", "reader", "record", "report", "repeat", "result", "retail", "detail",
        "review", "reviews", "route", "router", "round", "sample", "simple", "schema", "scheme", "search", "second",
        "select", "series", "server", "serial", "signal", "single", "sprint", "spring", "string", "strong", "style",
        "system", "theme", "there", "three", "their", "topic", "tropic", "unite", "units", "until", "upper", "usage",
        "vendor", "version", "vision", "volume", "warning", "winner", "worker", "domain", "remain", "domestic",
    )
)  # fmt: skip
"""Words that are one or two letters from another one, or are so common that they are meant as they are written."""


def is_slip(word: str, meant: str) -> bool:
    """Return whether a word of a name is another one, mistyped: ("custmer", "customer") -> True.

    A word that is one of its own is not ("county" for "country", "payer" for "payee"), nor is one that begins with
    another letter ("include" for "exclude", "import" for "export").
    """
    if min(len(word), len(meant)) < _SHORTEST - 1 or max(len(word), len(meant)) < _SHORTEST or word[0] != meant[0]:
        return False
    if word in _known() or _is_another_form(word, meant):
        return False
    may_be_two = min(len(word), len(meant)) >= _LONG and word[-1] == meant[-1]  # not "serverpk" for "serverid"
    return 0 < distance(word, meant) <= (2 if may_be_two else 1) and not _has_another_letter(word, meant)


def _has_another_letter(word: str, meant: str) -> bool:
    """True where a letter stands for another one: "quantify" and "quantity" are two words as likely as a slip."""
    mine, theirs = Counter(word), Counter(meant)
    return bool(mine - theirs) and bool(theirs - mine)


_SHORT_WORDS = frozenset(
    (
        "nam",
        "art", "ban", "bare", "bet", "bran", "car", "care", "cart", "case", "cash", "cast", "cat", "chat", "chose",
        "clam", "cod", "cost", "cots", "data", "date", "day", "dose", "does", "ear", "end", "ending", "fed", "fee",
        "feed", "fiction", "file", "fir", "for", "force", "fore", "form", "from", "good", "god", "hot", "hour", "ion",
        "item", "lane", "later", "latter", "lease", "line", "link", "list", "lock", "log", "lose", "loose", "mail",
        "mode", "mod", "net", "nod", "node", "not", "note", "once", "one", "open", "ore", "own", "pace", "pan", "par",
        "part", "past", "pat", "path", "pay", "pint", "plan", "poll", "port", "pole", "pot", "pots", "post", "pre",
        "quite", "quiet", "rat", "ration", "red", "roe", "role", "roll", "root", "rot", "row", "sale", "salt",
        "scared", "seat", "set", "sign", "sing", "site", "size", "sort", "sore", "spot", "star", "stare", "stat",
        "stats", "stop", "sum", "tag", "take", "tam", "tap", "tape", "task", "tax", "tea", "team", "text", "tile",
        "time", "to", "too", "type", "unit", "untie", "untied", "united", "use", "used", "user", "uses", "vent",
        "way", "were", "word", "work", "yea", "year", "zone", "even", "now", "know", "nonce", "host", "hose", "coat",
        "coast", "bound", "bond", "band", "brand", "add", "adds", "address", "ad", "ads", "state", "stage", "age",
        "pages", "mage", "icon", "con", "cover", "over", "lover", "ever", "very", "every", "been", "being", "angle",
        "angel", "tired", "tried", "trail", "trial", "chef", "chief", "thee", "three", "cite", "city", "cent",
        "scent", "sent", "send", "see", "seed", "need", "off", "of", "on", "or", "order", "older", "rice", "ice",
        "dice", "nice", "vice", "mat", "match", "math", "met", "meet", "meta", "beta", "bill", "till", "ill", "will",
        "hill", "fill", "full", "fuel", "gold", "old", "hold", "told", "cold", "and",
    )
)  # fmt: skip
"""Short words that another one may be, with a letter less or two of them changed round."""

_TAKEN_FOR_EACH_OTHER = frozenset(
    (
        "acre", "adapt", "adder", "adopt", "aged", "allay", "alley", "ally", "altitude", "amen", "attitude", "average",
        "back", "bade", "badge", "bake", "bared", "barred", "bathe", "beak", "beard", "bellow", "below", "beverage",
        "black", "block", "blocked", "blot", "blow", "bluster", "board", "bolt", "bow", "bowl", "brake", "bread",
        "break", "breath", "breathe", "bride", "bridge", "broad", "brown", "brush", "bush", "calm", "calvary", "caned",
        "canned", "canvas", "canvass", "carat", "career", "caret", "carnal", "carrier", "carrot", "carve", "casual",
        "causal", "cavalry", "cheap", "choir", "chore", "clash", "clock", "closer", "cloth", "clothe", "clothes",
        "cloths", "cluster", "coarse", "coastal", "colonel", "colonial", "coma", "comma", "complement", "compliment",
        "confidant", "confident", "conserve", "converse", "convert", "coping", "copping", "copying", "corps", "corpse",
        "costal", "costume", "council", "counsel", "coverage", "covert", "crash", "crave", "crow", "crown", "crud",
        "curd", "custom", "customs", "dale", "deal", "decent", "descent", "desert", "deserts", "dessert", "diet",
        "diner", "dinner", "discreet", "discrete", "dissent", "dive", "diver", "drive", "driver", "dual", "duel",
        "edit", "elicit", "eminent", "emit", "ensure", "envelop", "envelope", "evil", "exercise", "exorcise", "expand",
        "expend", "facility", "felicity", "fiend", "filing", "filling", "fired", "fist", "fits", "flair", "flare",
        "flock", "flow", "foreword", "formally", "formerly", "forth", "forward", "fourth", "fried", "gear", "gist",
        "glow", "gorilla", "growth", "guerrilla", "hangar", "hanger", "holly", "holy", "human", "humane", "idle",
        "idol", "illicit", "imminent", "incite", "inhabit", "inhibit", "inks", "insight", "install", "instill",
        "insure", "invert", "lack", "ladder", "lame", "lash", "launch", "lead", "leap", "liable", "libel", "lightening",
        "lighting", "lightning", "linage", "lineage", "lips", "live", "loath", "loathe", "locked", "loser", "lost",
        "low", "lunch", "male", "mantel", "mantle", "marital", "marshal", "martial", "meal", "mean", "meddle", "mettle",
        "miner", "mite", "moral", "morale", "muster", "ordinance", "ordnance", "pale", "peace", "peal", "pear", "pedal",
        "peddle", "perspective", "piece", "plaintiff", "plaintive", "planed", "planer", "planing", "planned", "planner",
        "planning", "plea", "posted", "poster", "precede", "prescribe", "prey", "proceed", "proscribe", "prospective",
        "race", "rage", "raise", "rash", "rate", "rating", "rational", "rationale", "ratting", "raze", "reap", "reign",
        "rein", "reserve", "respectful", "respective", "reverse", "revert", "rush", "sacred", "salvage", "salve",
        "savage", "scraping", "scrapping", "serve", "sever", "severe", "sheep", "sift", "sigh", "sight", "signed",
        "silk", "silver", "since", "singe", "singed", "sink", "skin", "slack", "slave", "slight", "slip", "sliver",
        "slot", "slow", "solve", "sooth", "soothe", "spatial", "special", "stack", "stalk", "staring", "starring",
        "starve", "stave", "steal", "steel", "storey", "strip", "stripe", "striping", "stripping", "super", "supper",
        "tack", "taping", "tapping", "tare", "tear", "teeth", "teethe", "tester", "texture", "thorough", "though",
        "thought", "through", "throughout", "tide", "tied", "tiled", "tilled", "tortuous", "torturous", "tough",
        "trader", "treaties", "treatise", "trip", "tripe", "trough", "urban", "urbane", "vales", "veil", "venal",
        "venial", "veracity", "vicious", "vile", "viscous", "voracity", "waist", "waive", "wander", "wary", "waste",
        "wave", "weary", "whole", "wining", "winning", "wonder", "wreath", "wreathe",
    )
)  # fmt: skip
"""Words that are another one with a letter more or less, or with letters changed round: "angle", "angel"."""


def is_plain_slip(word: str, meant: str) -> bool:
    """True where letters of a word changed places, one was doubled, or one is missing: ("stauts", "status").

    Of words that are too short for any other slip: never where it is one of its own ("use" for "user").
    """
    if min(len(word), len(meant)) < _SHORTEST - 2 or len(meant) < _SHORTEST - 1 or word[0] != meant[0]:
        return False
    if word in _known() or len(word) > _LONGEST:
        return False
    if len(word) == len(meant) + 1:
        return any(word[at] == word[at - 1] and word[:at] + word[at + 1 :] == meant for at in range(1, len(word)))
    if len(word) == len(meant) - 1:
        return word != meant[:-1] or meant[-1] not in _ENDINGS if distance(word, meant) == 1 else False
    return len(word) == len(meant) and sorted(word) == sorted(meant) and distance(word, meant) == 1


def _is_another_form(word: str, meant: str) -> bool:
    """True where words differ in how they end only: "created" and "create", "payer" and "payee"."""
    short, long = sorted((word, meant), key=len)
    if long[:-1] == short:
        return long[-1] in _ENDINGS
    return len(short) == len(long) and short[:-1] == long[:-1]


@cache
def _known() -> frozenset[str]:
    from openapi_mcp.index.synonyms import GROUPS

    return _OWN_WORDS | _SHORT_WORDS | _TAKEN_FOR_EACH_OTHER | {word for group in GROUPS for word in group.split()}


_FAR = 9
_LONGEST = 40  # letters of a word that are compared


def distance(one: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many, or changed places: ("emial", "email") -> 1.

    The distance of Damerau and Levenshtein in its form without overlaps (optimal string alignment). 9 where it is far.
    """
    if abs(len(one) - len(other)) > 2 or max(len(one), len(other)) > _LONGEST:
        return _FAR
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, meant in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != meant))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == meant:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return min(last[-1], _FAR)
