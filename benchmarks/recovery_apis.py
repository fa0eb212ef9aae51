"""Documents and their upstreams: a tracker, a clinic, a hotel, a library, a fleet, a CRM and an HR system."""

from typing import Any

from recovery_check import DAY, EMAIL, MOMENT, UUID, check, flag, many, number, one_of, text, thing, typed, whole
from recovery_mock import Answer, Api, Extra, Request, Resource, Row
from recovery_styles import FastApi, InvalidParams, JsonApi, Problem, Spring
from recovery_styles_more import AspNet, Rails

PEOPLE = (
    ("Ana Souza", "ana.souza@example.com"),
    ("Bob Keller", "bob.keller@example.com"),
    ("Chloé Martin", "chloe.martin@example.com"),
    ("Daniel Novak", "daniel.novak@example.com"),
    ("Maria Lopez", "maria.lopez@example.com"),
    ("Maria Lopez", "m.lopez@example.com"),
    ("Robert Kim", "robert.kim@example.com"),
    ("Roberta Kimura", "roberta.kimura@example.com"),
)


def uid(kind: int, count: int) -> str:
    """Return the uuid of a record."""
    return f"{kind:08x}-1111-4222-8333-{count:012x}"


def people(ids: Any, *, name: str = "name", key: str = "id", **more: Any) -> list[Row]:
    """Return the people as records; `ids` makes an id of a count from 1."""
    return [{key: ids(n), name: who, "email": mail, **more} for n, (who, mail) in enumerate(PEOPLE, start=1)]


def records(ids: Any, names: tuple[str, ...], *rows: tuple[Any, ...]) -> list[Row]:
    """Return rows as records."""
    return [{"id": ids(n), **dict(zip(names, row, strict=True))} for n, row in enumerate(rows, start=1)]


def query_of(fields: dict[str, Any], *required: str) -> tuple[Row, ...]:
    """Return query parameters as a document has them."""
    return tuple({"name": n, "in": "query", "required": n in required, "schema": s} for n, s in fields.items())


def tracker() -> Api:
    """FastAPI: integers as ids; many tasks at once answer which were made."""
    users = Resource(
        plural="users", one="User", search="search",
        fields={"name": text(), "email": EMAIL, "role": one_of("admin", "member", "guest"), "active": flag()},
        required=("name", "email"), rows=people(lambda n: 100 + n, role="member", active=True),
    )  # fmt: skip
    projects = Resource(
        plural="projects", one="Project", search="q", ops="lgc",
        fields={
            "name": text(), "key": text("Short key, such as `APO`."), "owner_id": whole("Id of the user who owns it."),
            "budget": number("Budget in euro."), "starts": DAY,
        },
        required=("name",), refs={"owner_id": "users"},
        rows=records(lambda n: 10 * n, ("name", "key", "owner_id"),
                     ("Apollo", "APO", 101), ("Borealis", "BOR", 102), ("Apollo Archive", "APA", 103)),
    )  # fmt: skip
    settings = thing({"color": one_of("red", "green", "blue"), "notify": flag()})
    fields = {
        "title": text(), "project_id": whole("Id of the project."), "assignee_id": whole("Id of the user who does it."),
        "status": one_of("todo", "in_progress", "done"), "priority": whole(), "due": DAY,
        "estimate": whole("Estimate in minutes."), "tags": many(text()), "done": flag(), "settings": settings,
        "remind_at": MOMENT, "attachment": text("A small file.", format="byte"),
    }  # fmt: skip
    tasks = Resource(
        plural="tasks", one="Task", fields=fields, required=("title", "project_id"),
        filters=("project_id", "assignee_id", "status", "done", "due"),
        refs={"project_id": "projects", "assignee_id": "users"}, hidden={"priority": {"minimum": 1, "maximum": 5}},
        rows=records(lambda n: 500 + n, ("title", "project_id", "assignee_id", "status", "done", "due"),
                     ("Order paint", 10, 102, "todo", False, "2026-03-01"),
                     ("Call the bank", 20, 102, "done", True, "2026-03-09"),
                     ("Write the report", 10, 101, "in_progress", False, "2026-04-02")),
    )  # fmt: skip
    bulk = Extra(
        method="post", path="/tasks/bulk", name="create_tasks_bulk", handle=partly,
        summary="Create many tasks", body=thing({"tasks": many(tasks.schema(true=False))}, "tasks"),
    )  # fmt: skip
    return Api("tracker", FastApi(), users, projects, tasks, extras=(bulk,))


def partly(api: Api, request: Request, _: dict[str, str]) -> Answer:
    """Make the tasks that have a known project; 207 with what became of each, 422 where the last is at fault."""
    known = {row["id"] for row in api.rows["projects"]}
    done = []
    for place, task in enumerate(request.body["tasks"]):
        good = task["project_id"] in known
        if good:
            api.rows["tasks"].append(task)
        done.append(
            {"index": place, "status": 201 if good else 422, **({} if good else {"error": "unknown project_id"})}
        )
    api.seen[-1].acted = any(one["status"] == 201 for one in done)
    if request.body["tasks"][0].get("done"):  # this server stops at the first that is wrong
        made = sum(one["status"] == 201 for one in done)
        detail = {"type": "value_error", "loc": ["body", "tasks", made, "project_id"], "msg": "unknown project"}
        return 422, {"detail": [detail], "created": made}
    return 207, {"results": done}


def clinic() -> Api:
    """RFC 9457 with pointers; uuids."""
    patients = Resource(
        plural="patients", one="Patient", search="name", searched=("fullName", "email"), id=UUID,
        fields={
            "fullName": text(), "email": EMAIL, "birthDate": DAY,
            "bloodType": one_of("A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"),
            "heightCm": number("Height in centimetres."), "allergies": many(text()),
        },
        required=("fullName", "birthDate"), rows=people(lambda n: uid(1, n), name="fullName", birthDate="1980-01-02"),
    )  # fmt: skip
    doctors = Resource(
        plural="doctors", one="Doctor", search="name", id=UUID, ops="lg",
        fields={"name": text(), "email": EMAIL, "specialty": one_of("general-practice", "cardiology", "dermatology")},
        filters=("specialty",),
        rows=records(lambda n: uid(2, n), ("name", "email", "specialty"),
                     ("Dr. Ines Vogel", "vogel@clinic.example", "cardiology"),
                     ("Dr. Hugo Almeida", "almeida@clinic.example", "general-practice")),
    )  # fmt: skip
    kinds = one_of(
        "first_visit", "follow_up", "vaccination",
        description="`first_visit` - Initial consultation\n`follow_up` - Check-up\n`vaccination` - Jab",
    )  # fmt: skip
    appointments = Resource(
        plural="appointments", one="Appointment", id=UUID,
        fields={
            "patientId": UUID, "doctorId": UUID, "startsAt": MOMENT, "durationMinutes": whole("Duration in minutes."),
            "kind": kinds, "notes": text(),
        },
        required=("patientId", "doctorId", "startsAt"), filters=("patientId", "doctorId", "kind"),
        refs={"patientId": "patients", "doctorId": "doctors"}, hidden={"durationMinutes": {"maximum": 120}},
        rows=records(lambda n: uid(3, n), ("patientId", "doctorId", "startsAt", "kind"),
                     (uid(1, 1), uid(2, 1), "2026-03-05T09:00:00Z", "follow_up"),
                     (uid(1, 2), uid(2, 1), "2026-03-06T09:00:00Z", "first_visit")),
    )  # fmt: skip
    return Api("clinic", Problem(), patients, doctors, appointments)


def hotel() -> Api:
    """`invalid-params`; a list of guests that has pages and no search."""
    names = [{"id": n, "name": f"Guest Number{n}", "email": f"guest{n}@mail.example"} for n in range(9, 46)]
    guests = Resource(
        plural="guests", one="Guest", size=20, fields={"name": text(), "email": EMAIL, "country": text()},
        required=("name", "email"), rows=[*people(lambda n: n), *names],
    )  # fmt: skip
    rooms = Resource(
        plural="rooms", one="Room", ops="lg",
        fields={
            "name": text(), "floor": whole(), "kind": one_of("single", "double", "suite"),
            "pricePerNight": number("Price per night in euro."),
        },
        filters=("kind", "floor"),
        rows=records(lambda n: 200 + n, ("name", "floor", "kind"), ("Sea View", 2, "double"), ("Garden", 1, "single")),
    )  # fmt: skip
    bookings = Resource(
        plural="bookings", one="Booking",
        fields={
            "guestId": whole("Id of the guest."), "roomId": whole("Id of the room."), "arrival": DAY, "departure": DAY,
            "adults": whole(), "breakfast": flag(), "wishes": many(text()), "deposit": number("Deposit in euro."),
        },
        required=("guestId", "roomId", "arrival", "departure"), refs={"guestId": "guests", "roomId": "rooms"},
        hidden={"adults": {"maximum": 4, "minimum": 1}}, filters=("guestId", "roomId", "arrival"),
        rows=records(lambda n: 70 + n, ("guestId", "roomId", "arrival", "departure"),
                     (2, 201, "2026-05-01", "2026-05-03"), (2, 202, "2026-07-01", "2026-07-04")),
    )  # fmt: skip
    return Api("hotel", InvalidParams(), guests, rooms, bookings)


def library() -> Api:
    """JSON:API; ids are numbers as strings."""
    authors = Resource(
        plural="authors", one="Author", id=text(), filters=("name",), fields={"name": text(), "country": text()},
        required=("name",), ops="lgc",
        rows=records(lambda n: str(30 + n), ("name", "country"), ("Jane Austen", "GB"), ("Jules Verne", "FR")),
    )  # fmt: skip
    books = Resource(
        plural="books", one="Book", id=text(),
        fields={
            "title": text(), "isbn": text(), "language": one_of("en", "de", "fr", "pt"), "published": DAY,
            "pages": whole(), "authorId": text("Id of the author."), "genres": many(text()), "inPrint": flag(),
        },
        required=("title",), refs={"authorId": "authors"}, filters=("title", "language"),
        hidden={"pages": {"minimum": 1}},
        rows=records(lambda n: str(70 + n), ("title", "language", "authorId"),
                     ("Emma", "en", "31"), ("Persuasion", "en", "31"), ("Cinq semaines en ballon", "fr", "32")),
    )  # fmt: skip
    return Api("library", JsonApi(), authors, books)


def fleet() -> Api:
    """Spring: long ids, constants as enums, coordinates."""
    drivers = Resource(
        plural="drivers", one="Driver", search="name", ops="lgc",
        fields={"name": text(), "email": EMAIL, "licence": one_of("B", "C", "CE")},
        required=("name",), rows=people(lambda n: 40 + n, licence="B"),
    )  # fmt: skip
    vehicles = Resource(
        plural="vehicles", one="Vehicle",
        fields={
            "plate": text(), "model": text(), "kind": one_of("VAN", "TRUCK", "CAR"),
            "mileageKm": whole("Mileage in kilometres."),
        },
        required=("plate", "kind"), filters=("kind", "plate"),
        rows=records(lambda n: 90 + n, ("plate", "model", "kind"),
                     ("B-XY 12", "Sprinter", "VAN"), ("M-AB 77", "Actros", "TRUCK")),
    )  # fmt: skip
    trips = Resource(
        plural="trips", one="Trip",
        fields={
            "driverId": whole("Id of the driver."), "vehicleId": whole("Id of the vehicle."),
            "startLatitude": number("Latitude of the start."), "startLongitude": number("Longitude of the start."),
            "distanceKm": number("Distance in kilometres."), "startedAt": MOMENT,
            "state": one_of("PLANNED", "UNDER_WAY", "COMPLETED"), "stops": many(text()),
        },
        required=("driverId", "vehicleId"), refs={"driverId": "drivers", "vehicleId": "vehicles"},
        filters=("driverId", "state"), hidden={"distanceKm": {"maximum": 2000}},
        rows=records(lambda n: n, ("driverId", "vehicleId", "state"), (42, 91, "PLANNED"), (41, 92, "COMPLETED")),
    )  # fmt: skip
    place = query_of({"latitude": number(), "longitude": number()}, "latitude", "longitude")
    near = Extra(
        method="get", path="/vehicles/nearby", name="find_nearby_vehicles", handle=nearby, parameters=place,
        summary="Vehicles near a place",
    )  # fmt: skip
    return Api("fleet", Spring(), drivers, vehicles, trips, extras=(near,))


def nearby(api: Api, request: Request, _: dict[str, str]) -> Answer:
    """Return all vehicles, wherever."""
    place = thing({"latitude": number(), "longitude": number()}, "latitude", "longitude")
    given = {name: typed(number(), value) for name, value in request.query.items()}
    if faults := list(check(place, given, ("query",))):
        return api.style.refuse(faults, request)
    return 200, {"content": api.rows["vehicles"], "near": [given["latitude"], given["longitude"]]}


def crm() -> Api:
    """Rails: wrapped bodies."""
    companies = Resource(
        plural="companies", one="Company", search="query", ops="lgc",
        fields={"name": text(), "domain": text(), "employees": whole()}, required=("name",),
        rows=records(lambda n: n, ("name", "domain"), ("Acme", "acme.example"), ("Globex", "globex.example"),
                     ("Initech", "initech.example"), ("Acme Labs", "labs.example")),
    )  # fmt: skip
    contacts = Resource(
        plural="contacts", one="Contact", search="query",
        fields={
            "name": text(), "email": EMAIL, "company_id": whole(), "stage": one_of("lead", "prospect", "customer"),
            "phone": text(), "newsletter": flag(),
        },
        required=("name",), refs={"company_id": "companies"}, filters=("company_id", "stage"),
        rows=people(lambda n: 20 + n, company_id=1, stage="lead"),
    )  # fmt: skip
    deals = Resource(
        plural="deals", one="Deal",
        fields={
            "title": text(), "company_id": whole(), "amount": number("Amount in US dollars."), "close_on": DAY,
            "stage": one_of("new", "closed_won", "closed_lost"), "tags": many(text()),
        },
        required=("title", "company_id"), refs={"company_id": "companies"}, filters=("company_id", "stage"),
        rows=records(lambda n: 300 + n, ("title", "company_id", "stage"),
                     ("Pumps", 1, "new"), ("Valves", 2, "closed_won")),
    )  # fmt: skip
    return Api("crm", Rails(), companies, contacts, deals)


def hr() -> Api:
    """ASP.NET Core: GUIDs, enums by name, validation problem details."""
    departments = Resource(
        plural="departments", one="Department", id=UUID, ops="lg", fields={"name": text(), "code": text()},
        rows=records(lambda n: uid(5, n), ("name", "code"), ("Finance", "FIN"), ("Research", "RND")),
    )  # fmt: skip
    employees = Resource(
        plural="employees", one="Employee", id=UUID, search="search",
        fields={
            "name": text(), "email": EMAIL, "departmentId": UUID, "startDate": DAY,
            "salary": number("Yearly salary in euro."), "contract": one_of("FullTime", "PartTime", "Contractor"),
            "remote": flag(),
        },
        required=("name", "departmentId"), refs={"departmentId": "departments"}, filters=("departmentId", "contract"),
        rows=people(lambda n: uid(6, n), departmentId=uid(5, 1)),
    )  # fmt: skip
    leaves = Resource(
        plural="leaves", one="Leave", id=UUID,
        fields={
            "employeeId": UUID, "firstDay": DAY, "lastDay": DAY, "approved": flag(),
            "reason": one_of("Vacation", "SickLeave", "ParentalLeave"), "hoursPerDay": number(),
        },
        required=("employeeId", "firstDay", "lastDay"), refs={"employeeId": "employees"},
        filters=("employeeId", "approved", "reason"), hidden={"hoursPerDay": {"maximum": 8}},
        rows=records(lambda n: uid(7, n), ("employeeId", "firstDay", "lastDay", "approved"),
                     (uid(6, 1), "2026-08-03", "2026-08-14", True)),
    )  # fmt: skip
    return Api("hr", AspNet(), departments, employees, leaves)
