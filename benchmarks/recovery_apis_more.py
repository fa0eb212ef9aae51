"""More documents and their upstreams: events, documents, billing, a forge, an ERP, a chat, a blog, and the weather."""

from recovery_apis import people, query_of, records
from recovery_check import DAY, EMAIL, MOMENT, check, flag, many, number, one_of, text, thing, typed, whole
from recovery_mock import Answer, Api, Extra, Request, Resource
from recovery_styles_more import Express, GitHub, Google, GraphQl, Laravel, OData, Plain, Stripe

STATIONS = ("oslo-blindern", "bergen-florida", "tromso-holt")


def events() -> Api:
    """Laravel: slugs as ids; what is allowed stands only in the answers."""
    venues = Resource(
        plural="venues", one="Venue", id=text("Slug of the venue."), key="slug", ops="lg",
        fields={"name": text(), "city": text(), "capacity": whole()}, filters=("city",),
        rows=[
            {"slug": "old-mill", "name": "The Old Mill", "city": "Porto", "capacity": 300},
            {"slug": "town-hall", "name": "Town Hall", "city": "Porto", "capacity": 900},
            {"slug": "arena-77", "name": "Arena", "city": "Lisbon", "capacity": 9000},
        ],
    )  # fmt: skip
    shows = Resource(
        plural="events", one="Event",
        fields={
            "title": text(), "venue_slug": text("Slug of the venue."), "starts_on": text("First day."),
            "category": text("What kind of event."), "tickets": whole("How many tickets."), "free": flag(),
            "poster": text("The poster, base64.", contentEncoding="base64"),
        },
        required=("title", "venue_slug", "starts_on"), refs={"venue_slug": "venues"},
        filters=("venue_slug", "category", "free"),
        hidden={
            "starts_on": {"format": "date", "x-form": "YYYY-MM-DD"}, "tickets": {"maximum": 500},
            "category": {"enum": ["music", "theatre", "family_day"]}, "poster": {"format": "byte"},
        },
        rows=records(lambda n: 60 + n, ("title", "venue_slug", "starts_on", "category"),
                     ("Jazz Night", "old-mill", "2026-06-01", "music"),
                     ("Hamlet", "town-hall", "2026-06-02", "theatre")),
    )  # fmt: skip
    return Api("events", Laravel(), venues, shows)


def docs() -> Api:
    """Google: opaque ids, 64-bit numbers as strings, page tokens."""
    folders = Resource(
        plural="folders", one="Folder", id=text(), ops="lg", fields={"name": text()},
        rows=[
            {"id": "0AbXc91", "name": "Contracts"}, {"id": "0AbQq27", "name": "Travel"},
            {"id": "0AbZz33", "name": "Travel"}, {"id": "0AbTt54", "name": "Minutes"},
        ],
    )  # fmt: skip
    documents = Resource(
        plural="documents", one="Document", id=text(),
        fields={
            "title": text(), "folderId": text("Id of the folder."), "sizeBytes": text("Size in bytes.", format="int64"),
            "public": flag(), "labels": many(text()), "content": text(format="byte"), "expireTime": MOMENT,
            "visibility": one_of("PRIVATE", "DOMAIN_WIDE", "ANYONE"),
        },
        required=("title", "folderId"), refs={"folderId": "folders"}, filters=("folderId", "public", "visibility"),
        hidden={"sizeBytes": {"pattern": r"^\d+$"}},
        rows=[{"id": "1DocAAA", "title": "Lease", "folderId": "0AbXc91", "public": False}],
    )  # fmt: skip
    return Api("docs", Google(), folders, documents)


def billing() -> Api:
    """Stripe: form bodies, prefixed ids."""
    customers = Resource(
        plural="customers", one="Customer", id=text(), prefix="/v1", filters=("email",),
        fields={"name": text(), "email": EMAIL}, rows=people(lambda n: f"cus_N{n}x7"),
    )  # fmt: skip
    products = Resource(
        plural="products", one="Product", id=text(), prefix="/v1", ops="lg", fields={"name": text()},
        rows=[{"id": "prod_T1", "name": "Basic plan"}, {"id": "prod_T2", "name": "Team plan"}],
    )  # fmt: skip
    invoices = Resource(
        plural="invoices", one="Invoice", id=text(), prefix="/v1",
        fields={
            "customer": text("The customer's id."), "product": text("The product's id."),
            "amount": whole("Amount in cents."), "currency": one_of("eur", "usd", "gbp"), "description": text(),
            "created": MOMENT,
        },
        required=("customer", "amount"), refs={"customer": "customers", "product": "products"}, filters=("customer",),
        hidden={"amount": {"minimum": 50}},
        rows=[
            {"id": "in_0A1", "customer": "cus_N2x7", "amount": 900, "created": "2026-02-01T08:00:00Z"},
            {"id": "in_0A2", "customer": "cus_N2x7", "amount": 400, "created": "2026-03-01T08:00:00Z"},
            {"id": "in_0A3", "customer": "cus_N1x7", "amount": 700, "created": "2026-01-01T08:00:00Z"},
        ],
    )  # fmt: skip
    return Api("billing", Stripe(), customers, products, invoices)


def forge() -> Api:
    """GitHub: owner and repository in paths, logins as ids."""
    issues = Resource(
        plural="issues", one="Issue", key="number", prefix="/repos/{owner}/{repo}", parents=("owner", "repo"),
        fields={
            "title": text(), "body": text(), "state": one_of("open", "closed"), "labels": many(text()),
            "assignee": text("Login of the user who does it."), "locked": flag(),
        },
        required=("title",), refs={"assignee": "users"}, filters=("state", "assignee"),
        rows=[
            {"number": 7, "owner": "octo", "repo": "hello", "title": "It crashes", "state": "open"},
            {"number": 8, "owner": "octo", "repo": "hello", "title": "Typo", "state": "closed"},
            {"number": 1, "owner": "acme", "repo": "site", "title": "New logo", "state": "open"},
        ],
    )  # fmt: skip
    users = Resource(
        plural="users", one="User", id=text("Login."), key="login", ops="lg", search="q", searched=("name", "email"),
        fields={"name": text(), "email": EMAIL},
        rows=[
            {"login": "bobk", "name": "Bob Keller", "email": "bob.keller@example.com"},
            {"login": "anas", "name": "Ana Souza", "email": "ana.souza@example.com"},
        ],
    )  # fmt: skip
    return Api("forge", GitHub(), users, issues)


def erp() -> Api:
    """OData: names in Pascal case, `value`, keys in parentheses."""
    customers = Resource(
        plural="Customers", one="Customer", key="Id", ops="lgc", search="$search", searched=("Name",),
        fields={"Name": text(), "Email": EMAIL, "City": text()}, required=("Name",),
        rows=[
            {"Id": 11, "Name": "Alfreds Futterkiste", "Email": "a@alfreds.example", "City": "Berlin"},
            {"Id": 12, "Name": "Berglunds", "Email": "b@berglunds.example", "City": "Lulea"},
        ],
    )  # fmt: skip
    orders = Resource(
        plural="Orders", one="Order", key="Id",
        fields={
            "CustomerId": whole("Id of the customer."), "OrderDate": DAY, "Freight": number("Freight in US dollars."),
            "Priority": one_of("Low", "Normal", "High"), "ShipNow": flag(), "Weight": number("Weight in kilograms."),
            "Notes": many(text()),
        },
        required=("CustomerId",), refs={"CustomerId": "Customers"}, filters=("CustomerId", "Priority"),
        hidden={"Freight": {"maximum": 1000}},
        rows=[{"Id": 801, "CustomerId": 11, "OrderDate": "2026-01-09", "Priority": "Low"}],
    )  # fmt: skip
    return Api("erp", OData(), customers, orders)


def chat() -> Api:
    """GraphQL-like errors; ids with a letter."""
    users = Resource(
        plural="users", one="User", id=text(), ops="lg", search="name",
        fields={"name": text(), "email": EMAIL}, rows=people(lambda n: f"U0{n}KQ"),
    )  # fmt: skip
    channels = Resource(
        plural="channels", one="Channel", id=text(), ops="lgc",
        fields={"name": text(), "topic": text(), "private": flag()},
        required=("name",),
        rows=[
            {"id": "C01AA", "name": "general", "private": False}, {"id": "C02BB", "name": "design", "private": False},
            {"id": "C03CC", "name": "design-archive", "private": True},
        ],
    )  # fmt: skip
    messages = Resource(
        plural="messages", one="Message", id=text(),
        fields={
            "channelId": text("Id of the channel."), "userId": text("Id of the user who writes."), "text": text(),
            "postAt": MOMENT, "urgency": one_of("LOW", "NORMAL", "HIGH"), "reactions": many(text()), "silent": flag(),
        },
        required=("channelId", "text"), refs={"channelId": "channels", "userId": "users"},
        filters=("channelId", "userId", "urgency"), hidden={"text": {"maxLength": 40}},
        rows=[{"id": "M1", "channelId": "C01AA", "userId": "U01KQ", "text": "hello", "urgency": "LOW"}],
    )  # fmt: skip
    asked = thing({"email": EMAIL, "username": text("User name."), "admin": flag()}, "email", "username")
    invite = Extra(
        method="post", path="/invites", name="create_invite", handle=invites, body=asked, summary="Invite someone"
    )
    return Api("chat", GraphQl(), users, channels, messages, extras=(invite,))


def invites(api: Api, request: Request, _: dict[str, str]) -> Answer:
    """Invite someone."""
    if faults := list(check(thing({"email": EMAIL, "username": text()}, "email", "username"), request.body, ("body",))):
        return api.style.refuse(faults, request)
    return 201, {"invited": request.body["username"]}


def blog() -> Api:
    """Express: object ids of MongoDB."""
    key = text(pattern="^[0-9a-f]{24}$")
    authors = Resource(
        plural="authors", one="Author", id=key, ops="lgc", search="name", fields={"name": text(), "email": EMAIL},
        required=("name", "email"), rows=people(lambda n: f"64b7f0c2a1d3e4f5061728{n:02d}"),
    )  # fmt: skip
    posts = Resource(
        plural="posts", one="Post", id=key,
        fields={
            "title": text(), "slug": text(), "authorId": key, "body": text(), "tags": many(text()), "publishedOn": DAY,
            "status": one_of("draft", "published", "archived"), "pinned": flag(),
            "readingMinutes": whole("Reading time in minutes."),
        },
        required=("title", "authorId"), refs={"authorId": "authors"}, filters=("authorId", "status", "pinned"),
        hidden={"slug": {"pattern": "^[a-z0-9-]+$", "x-form": "lower-case-with-dashes"}},
        rows=[
            {"id": "64b7f0c2a1d3e4f506172901", "title": "On Kettles", "slug": "on-kettles", "status": "draft"},
            {"id": "64b7f0c2a1d3e4f506172902", "title": "On Tea", "slug": "on-tea", "status": "published"},
        ],
    )  # fmt: skip
    return Api("blog", Express(), authors, posts)


def weather() -> Api:
    """Sentences as text, a web page for what is not there."""
    stations = Resource(
        plural="stations", one="Station", id=text(), ops="lgc",
        fields={
            "name": text(), "country": text(), "latitude": number(), "longitude": number(),
            "elevation": number("Elevation in metres."), "automatic": flag(),
        },
        required=("name", "latitude", "longitude"),
        rows=[
            {"id": one, "name": one.replace("-", " ").title(), "country": "NO", "latitude": 59.9 + n, "longitude": 10.7}
            for n, one in enumerate(STATIONS)
        ],
    )  # fmt: skip
    seen = {"station": text("Id of the station."), "day": DAY}
    observed = Extra(
        method="get", path="/observations", name="get_observations", handle=observations,
        parameters=query_of(seen, "station", "day"), summary="What a station measured on a day",
    )  # fmt: skip
    asked = {"latitude": number(), "longitude": number(), "units": text("Units of the answer."), "hours": whole()}
    forecast = Extra(
        method="get", path="/forecast", name="get_forecast", handle=forecasts,
        parameters=query_of(asked, "latitude", "longitude"), summary="The weather of the next hours at a place",
    )  # fmt: skip
    return Api("weather", Plain(), stations, extras=(observed, forecast))


def observations(api: Api, request: Request, _: dict[str, str]) -> Answer:
    """Return what was measured; a station that is not there is a 404."""
    if faults := list(check(thing({"day": DAY}, "station", "day"), request.query, ("query",))):
        return api.style.refuse(faults, request)
    if request.query["station"] not in [row["id"] for row in api.rows["stations"]]:
        return api.style.deny(404, f"There is no station {request.query['station']}.")
    return 200, {"station": request.query["station"], "day": request.query["day"], "celsius": 11.5}


def forecasts(api: Api, request: Request, _: dict[str, str]) -> Answer:
    """Return the weather."""
    truth = {
        "latitude": number(),
        "longitude": number(),
        "units": one_of("metric", "imperial"),
        "hours": whole(maximum=120),
    }
    given = {name: typed(truth.get(name, text()), value) for name, value in request.query.items()}
    if faults := list(check(thing(truth, "latitude", "longitude"), given, ("query",))):
        return api.style.refuse(faults, request)
    return 200, {"near": [given["latitude"], given["longitude"]], "celsius": 11.5}
