"""Cases: what only an answer says, what nothing can derive, and what must not be sent again."""

from recovery_apis import uid
from recovery_case import Family
from recovery_cases_forms import ANNA, BILL, FILE, LEAVE, NOTE, POST, REPO, SHOW, STAY, TASK, TRIP, VISIT

PLACE = {"latitude": 59.9, "longitude": 10.7}

allowed = Family("allowed")
allowed.fixed("events", "create_event", {**SHOW, "category": "Theatre"}, {**SHOW, "category": "theatre"})
allowed.fixed("events", "create_event", {**SHOW, "category": "family day"}, {**SHOW, "category": "family_day"})
allowed.fixed("events", "update_event", {"id": 61, "category": "MUSIC"}, {"id": 61, "category": "music"})
allowed.fixed("events", "list_events", {"category": "Music"}, {"category": "music"})
allowed.fixed("events", "create_event", {**SHOW, "starts_on": "9 June 2026"}, SHOW)
allowed.fixed("events", "create_event", {**SHOW, "starts_on": "2026/06/09"}, SHOW)
allowed.fixed("weather", "get_forecast", {**PLACE, "units": "Metric"}, {**PLACE, "units": "metric"})
allowed.fixed("weather", "get_forecast", {**PLACE, "units": "IMPERIAL"}, {**PLACE, "units": "imperial"})
allowed.refused("events", "create_event", {**SHOW, "category": "opera"}, "category", says=("music", "theatre"))
allowed.refused("events", "create_event", {**SHOW, "starts_on": "06/09/2026"}, "starts_on", says=("YYYY-MM-DD",))
allowed.refused("events", "create_event", {**SHOW, "tickets": 800}, "tickets", says=("500",))
allowed.refused("weather", "get_forecast", {**PLACE, "units": "celsius"}, "units", says=("metric", "imperial"))
allowed.refused("weather", "get_forecast", {**PLACE, "hours": 240}, "hours", says=("120",))
allowed.refused("tracker", "create_task", {**TASK, "priority": 9}, "priority", says=("5",))
allowed.refused("tracker", "create_task", {**TASK, "priority": 0}, "priority", says=("1",))
allowed.refused("hotel", "create_booking", {**STAY, "adults": 7}, "adults", says=("4",))
allowed.refused("fleet", "create_trip", {**TRIP, "distanceKm": 5000}, "distanceKm", says=("2000",))
allowed.refused("clinic", "create_appointment", {**VISIT, "durationMinutes": 240}, "durationMinutes", says=("120",))
allowed.refused("chat", "create_message", {**NOTE, "text": "a word " * 9}, "text", says=("40",))
allowed.refused("billing", "create_invoice", {**BILL, "amount": 20}, "amount", says=("50",))
allowed.refused("erp", "create_order", {"CustomerId": 11, "Freight": 2000}, "Freight", says=("1000",))
allowed.refused("hr", "create_leave", {**LEAVE, "hoursPerDay": 9}, "hoursPerDay", says=("8",))
allowed.refused(
    "library",
    "create_book",
    {"data": {"type": "books", "attributes": {"title": "Nil", "pages": 0}}},
    "pages",
    says=("1",),
)
allowed.refused("blog", "create_post", {**POST, "slug": "On Mugs"}, "slug", says=("lower-case-with-dashes",),
                right={**POST, "slug": "on-mugs"})  # fmt: skip
allowed.refused("crm", "list_deals", {"per_page": 500}, "per_page", says=("100",))
allowed.refused("docs", "create_document", {**FILE, "sizeBytes": "big"}, "sizeBytes")

missing = Family("missing")
missing.refused("tracker", "create_task", {"title": "Buy brushes"}, "project_id")
missing.refused("tracker", "get_task", {}, "task_id", tries=("list_tasks",))
missing.refused(
    "clinic",
    "create_appointment",
    {"patientId": uid(1, 1), "startsAt": VISIT["startsAt"]},
    "doctorId",
    tries=("list_doctors",),
)
missing.refused("hotel", "create_booking", {"guestId": 2, "roomId": 201, "arrival": "2026-05-01"}, "departure")
missing.refused("library", "create_book", {"data": {"type": "books", "attributes": {"pages": 90}}}, "title")
missing.refused("fleet", "create_trip", {"driverId": 42}, "vehicleId", tries=("list_vehicles",))
missing.refused("crm", "create_contact", {"contact": {"stage": "lead"}}, "name")
missing.refused("hr", "create_employee", {"name": "Zoe Lind"}, "departmentId", tries=("list_departments",))
missing.refused(
    "events", "create_event", {"title": "Ballads", "starts_on": "2026-06-09"}, "venue_slug", tries=("list_venues",)
)
missing.refused("docs", "create_document", {"folderId": "0AbXc91"}, "title")
missing.refused("billing", "create_invoice", {"amount": 900}, "customer", tries=("list_customers",))
missing.refused("forge", "create_issue", REPO, "title")
missing.refused("erp", "create_order", {"ShipNow": True}, "CustomerId", tries=("list_customers",))
missing.refused("chat", "create_message", {"channelId": "C01AA"}, "text")
missing.refused("blog", "create_post", {"title": "On Mugs"}, "authorId", tries=("list_authors",))
missing.refused("weather", "get_observations", {"station": "oslo-blindern"}, "day")
missing.refused(
    "shop", "orders_create", {"items": [{"product": 21, "quantity": 1}]}, "customer", tries=("customers_list",)
)
missing.refused(
    "shop", "orders_create", {"customer": 1, "items": [{"quantity": 1}]}, "product", tries=("products_list",)
)
missing.refused("shop", "customers_create", {"name": "Anna Berg", "city": "Oslo"}, "email")

unknown = Family("unknown-id")
unknown.refused("tracker", "get_task", {"task_id": 99999}, "task_id", tries=("list_tasks",))
unknown.refused(
    "tracker", "create_task", {"title": "Buy brushes", "project_id": 9999}, "project_id", tries=("list_projects",)
)
unknown.refused("clinic", "get_patient", {"id": uid(1, 99)}, "id", tries=("list_patients",))
unknown.refused("clinic", "create_appointment", {**VISIT, "doctorId": uid(2, 99)}, "doctorId", tries=("list_doctors",))
unknown.refused("hotel", "get_booking", {"id": 999}, "id", tries=("list_bookings",))
unknown.refused("hotel", "create_booking", {**STAY, "roomId": 999}, "roomId", tries=("list_rooms",))
unknown.refused("library", "get_book", {"id": "999"}, "id", tries=("list_books",))
unknown.refused("fleet", "create_trip", {**TRIP, "vehicleId": 999}, "vehicleId", tries=("list_vehicles",))
unknown.refused("crm", "update_contact", {"id": 999, "contact": {"stage": "lead"}}, "id", tries=("list_contacts",))
unknown.refused(
    "crm",
    "create_deal",
    {"deal": {"title": "Hoses", "company_id": 99}},
    "company_id",
    "company",
    tries=("list_companies",),
)
unknown.refused("hr", "create_leave", {**LEAVE, "employeeId": uid(6, 99)}, "employeeId", tries=("list_employees",))
unknown.refused("events", "create_event", {**SHOW, "venue_slug": "new-mill"}, "venue_slug", tries=("list_venues",))
unknown.refused("docs", "get_document", {"id": "1DocZZZ"}, "id", tries=("list_documents",))
unknown.refused("billing", "create_invoice", {**BILL, "customer": "cus_N99x7"}, "customer", tries=("list_customers",))
unknown.refused("forge", "get_issue", {**REPO, "number": 999}, "number", tries=("list_issues",))
unknown.refused("erp", "get_order", {"Id": 999}, "Id", tries=("list_orders",))
unknown.refused("chat", "create_message", {**NOTE, "channelId": "C99ZZ"}, "channelId", tries=("list_channels",))
unknown.refused("blog", "get_post", {"id": "64b7f0c2a1d3e4f5061729ff"}, "id", tries=("list_posts",))
unknown.refused("weather", "get_station", {"id": "nowhere-1"}, "id", tries=("list_stations",))
unknown.refused("shop", "orders_retrieve", {"id": 99999}, "id", tries=("orders_list",))
unknown.refused(
    "shop",
    "orders_create",
    {"customer": 1, "items": [{"product": 999, "quantity": 1}]},
    "product",
    tries=("products_list",),
)

CONFLICT = {"once": True, "kinds": ("conflict",)}
conflict = Family("conflict")
conflict.refused(
    "tracker", "update_task", {"task_id": 501, "done": True}, trouble="409", tries=("get_task",), **CONFLICT
)
conflict.refused(
    "clinic", "update_patient", {"id": uid(1, 1), "heightCm": 170}, trouble="412", tries=("get_patient",), **CONFLICT
)
conflict.refused("hotel", "update_booking", {"id": 71, "adults": 2}, trouble="409", tries=("get_booking",), **CONFLICT)
conflict.refused("hotel", "create_booking", STAY, trouble="409", **CONFLICT)
conflict.refused(
    "crm", "update_deal", {"id": 301, "deal": {"amount": 10}}, trouble="412", tries=("get_deal",), **CONFLICT
)
conflict.refused(
    "docs", "update_document", {"id": "1DocAAA", "public": True}, trouble="409", tries=("get_document",), **CONFLICT
)
conflict.refused("erp", "update_order", {"Id": 801, "ShipNow": True}, trouble="412", tries=("get_order",), **CONFLICT)
conflict.refused(
    "forge", "update_issue", {**REPO, "number": 7, "state": "closed"}, trouble="409", tries=("get_issue",), **CONFLICT
)
conflict.refused("fleet", "update_trip", {"id": 1, "state": "COMPLETED"}, trouble="423", once=True)
conflict.refused("shop", "orders_cancel_create", {"id": 1}, tries=("orders_retrieve",), **CONFLICT)
conflict.refused("shop", "customers_destroy", {"id": 1}, tries=("customers_retrieve",), **CONFLICT)

QUOTA = {"once": True, "kinds": ("quota",)}
quota = Family("quota")
quota.refused("tracker", "create_task", TASK, trouble="402", **QUOTA)
quota.refused("tracker", "list_tasks", {}, trouble="429 plan", **QUOTA)
quota.refused("clinic", "list_patients", {}, trouble="403 quota", **QUOTA)
quota.refused("docs", "list_documents", {}, trouble="403 quota", **QUOTA)
quota.refused("docs", "create_document", FILE, trouble="429 plan", **QUOTA)
quota.refused("billing", "create_invoice", BILL, trouble="402", **QUOTA)
quota.refused("crm", "create_contact", {"contact": {"name": "Zoe Lind"}}, trouble="402", **QUOTA)
quota.refused("forge", "list_issues", REPO, trouble="403 quota", **QUOTA)
quota.refused("weather", "get_forecast", PLACE, trouble="429 plan", **QUOTA)
quota.refused("weather", "list_stations", {}, trouble="402", **QUOTA)
quota.refused("events", "create_event", SHOW, trouble="403 quota", **QUOTA)
quota.refused("erp", "list_orders", {}, trouble="429 plan", **QUOTA)

denied = Family("denied")
denied.refused("tracker", "list_users", {}, trouble="401", once=True, kinds=("unauthenticated",))
denied.refused("tracker", "create_task", TASK, trouble="403", once=True, kinds=("forbidden",))
denied.refused("library", "list_books", {}, trouble="403", once=True, kinds=("forbidden",))
denied.refused("fleet", "create_trip", TRIP, trouble="401", once=True, kinds=("unauthenticated",))
denied.refused("hr", "list_employees", {}, trouble="403", once=True, kinds=("forbidden",))
denied.refused(
    "hr", "update_employee", {"id": uid(6, 1), "salary": 1}, trouble="401", once=True, kinds=("unauthenticated",)
)
denied.refused("chat", "create_message", NOTE, trouble="403", once=True, kinds=("forbidden",))
denied.refused("blog", "list_posts", {}, trouble="401", once=True, kinds=("unauthenticated",))
denied.refused("forge", "get_user", {"login": "bobk"}, trouble="403", once=True, kinds=("forbidden",))
denied.refused("shop", "customers_list", {}, trouble="403", once=True, kinds=("forbidden",))

half = Family("half-done")
for broke in ("500 after", "502 after", "504 after", "reset after"):
    half.refused("tracker", "create_task", TASK, trouble=broke, once=True)
    half.refused("shop", "customers_create", ANNA, trouble=broke, once=True)
half.refused("clinic", "create_appointment", VISIT, trouble="502 after", once=True)
half.refused("crm", "update_contact", {"id": 21, "contact": {"stage": "customer"}}, trouble="500 after", once=True)
half.refused("docs", "create_document", FILE, trouble="504 after", once=True)
half.refused("billing", "create_invoice", BILL, trouble="hang after", once=True)
half.refused("hr", "create_leave", LEAVE, trouble="hang after", once=True)
half.refused("forge", "create_issue", {**REPO, "title": "Slow"}, trouble="reset after", once=True)
half.refused(
    "events", "create_event", {**SHOW, "category": "Music"}, trouble="502 after", right={**SHOW, "category": "music"}
)
half.refused("tracker", "create_tasks_bulk", {"tasks": [TASK, {**TASK, "project_id": 99}]}, told=True, once=True)
half.refused(
    "tracker", "create_tasks_bulk", {"tasks": [{**TASK, "done": True}, {**TASK, "project_id": "99"}]}, once=True
)
half.refused(
    "tracker",
    "create_tasks_bulk",
    {"tasks": [{**TASK, "done": True}, {**TASK, "project_id": 99}]},
    "project_id",
    once=True,
)

FAMILIES = (allowed, missing, unknown, conflict, quota, denied, half)
