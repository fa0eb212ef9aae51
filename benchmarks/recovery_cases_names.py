"""Cases: near names of arguments, fields that others contain, and names where an id is needed."""

from recovery_apis import uid
from recovery_case import Family
from recovery_cases_forms import BILL, FILE, LEAVE, NOTE, ORDER, POST, REPO, SHOW, STAY, TASK, TRIP, VISIT

AUTHOR = "64b7f0c2a1d3e4f506172801"

names = Family("names")
for said in ("taskId", "task-id", "TaskID", "id", "TASK_ID", "task id"):
    names.fixed("tracker", "get_task", {said: 501}, {"task_id": 501})
names.fixed("tracker", "create_task", {"Title": "Buy brushes", "projectId": 10}, TASK)
names.fixed("tracker", "list_tasks", {"assigneeId": 102, "projectID": 20}, {"assignee_id": 102, "project_id": 20})
names.fixed(
    "clinic",
    "create_appointment",
    {"patient_id": uid(1, 1), "doctor_id": uid(2, 1), "starts_at": VISIT["startsAt"]},
    VISIT,
)
names.fixed("clinic", "get_patient", {"patientId": uid(1, 1)}, {"id": uid(1, 1)})
names.fixed(
    "hotel", "create_booking", {"guest_id": 2, "room_id": 201, "arrival": "2026-05-01", "departure": "2026-05-03"}, STAY
)
names.fixed("hotel", "list_rooms", {"Kind": "suite"}, {"kind": "suite"})
names.fixed("hotel", "get_booking", {"booking_id": 71}, {"id": 71})
names.fixed("library", "list_books", {"filter[language]": "fr"}, {"filter_language": "fr"})
names.fixed("library", "list_books", {"filterLanguage": "fr"}, {"filter_language": "fr"})
names.fixed("fleet", "create_trip", {"driver_id": 42, "vehicle_id": 91}, TRIP)
names.fixed(
    "fleet", "find_nearby_vehicles", {"Latitude": 52.5, "LONGITUDE": 13.4}, {"latitude": 52.5, "longitude": 13.4}
)
names.fixed(
    "crm", "create_deal", {"deal": {"title": "Hoses", "companyId": 2}}, {"deal": {"title": "Hoses", "company_id": 2}}
)
names.fixed("crm", "list_contacts", {"companyId": 1}, {"company_id": 1})
names.fixed(
    "hr", "create_leave", {"employee_id": uid(6, 1), "first_day": "2026-08-03", "last_day": "2026-08-14"}, LEAVE
)
names.fixed("events", "get_event", {"event_id": 61}, {"id": 61})
names.fixed("events", "create_event", {"title": "Ballads", "venueSlug": "old-mill", "startsOn": "2026-06-09"}, SHOW)
names.fixed("billing", "list_invoices", {"customer_id": "cus_N2x7"}, {"customer": "cus_N2x7"})
names.fixed("billing", "get_invoice", {"invoice": "in_0A1"}, {"id": "in_0A1"})
names.fixed("forge", "get_issue", {**REPO, "issue_number": 7}, {**REPO, "number": 7})
names.fixed("erp", "list_orders", {"customer_id": 11}, {"CustomerId": 11})
names.fixed("erp", "get_order", {"OrderId": 801}, {"Id": 801})
names.fixed("erp", "list_customers", {"$top": 1}, {"top": 1})
names.fixed("chat", "create_message", {"channel_id": "C01AA", "text": "hello"}, NOTE)
names.fixed("shop", "orders_list", {"customerId": 1}, {"customer": 1})
names.fixed("shop", "orders_retrieve", {"order_id": 7}, {"id": 7})
names.fixed("shop", "products_list", {"inStock": True, "max-price": 20}, {"in_stock": True, "max_price": 20})
names.refused(
    "clinic",
    "create_appointment",
    {"id": uid(1, 1), "startsAt": VISIT["startsAt"]},
    "id",
    "patientId",
    says=("patientId", "doctorId"),
)
names.refused("fleet", "create_trip", {"id": 42}, "id", "driverId", says=("driverId", "vehicleId"))
names.refused("shop", "orders_retrieve", {"product_id": 3}, "id", "product_id")
names.refused("tracker", "get_user", {"task_id": 501}, "user_id", "task_id")
names.refused("tracker", "list_tasks", {"colour_scheme": "dark"}, "colour_scheme")
names.refused("hotel", "create_booking", {**STAY, "day": "2026-05-02"}, "day")
names.refused("tracker", "get_task", {"taskId": 501, "id": 502}, "task_id", "taskId")
names.refused("tracker", "create_task", {"titel": "Buy brushes", "project_id": 10}, "title", right=TASK)
names.refused(
    "weather", "get_forecast", {"lat": 59.9, "lon": 10.7}, "latitude", right={"latitude": 59.9, "longitude": 10.7}
)

contained = Family("contained")
contained.fixed("forge", "list_issues", {"repo": "octo/hello"}, REPO)
contained.fixed("forge", "list_issues", {"owner": "octo/hello"}, REPO)
contained.fixed("forge", "list_issues", {"repository": "octo/hello", "state": "open"}, {**REPO, "state": "open"})
contained.fixed("forge", "create_issue", {"repo": "octo/hello", "title": "Slow"}, {**REPO, "title": "Slow"})
contained.fixed("forge", "get_issue", {"url": "{base}/repos/octo/hello/issues/7"}, {**REPO, "number": 7})
contained.fixed("forge", "update_issue", {"url": "{base}/repos/octo/hello/issues/7", "state": "closed"},
                {**REPO, "number": 7, "state": "closed"})  # fmt: skip
contained.fixed("forge", "list_issues", {"owner": "octo", "repo": "octo/hello"}, REPO)
for said in ("geo:52.5,13.4", "lat 52.5, lon 13.4", "latitude: 52.5; longitude: 13.4"):
    contained.fixed("fleet", "find_nearby_vehicles", {"location": said}, {"latitude": 52.5, "longitude": 13.4})
contained.fixed("fleet", "find_nearby_vehicles", {"lat_lon": "52.5,13.4"}, {"latitude": 52.5, "longitude": 13.4})
contained.fixed("weather", "get_forecast", {"latlng": "59.9,10.7"}, {"latitude": 59.9, "longitude": 10.7})
contained.fixed("weather", "create_station", {"name": "Vardo", "position": "110.4,31.1"},
                {"name": "Vardo", "latitude": 31.1, "longitude": 110.4})  # fmt: skip
for said in ("52.5,13.4", "(52.5, 13.4)"):  # which of them comes first is not said: GeoJSON has the longitude there
    contained.refused("fleet", "find_nearby_vehicles", {"location": said}, "latitude", "location")
contained.refused("weather", "get_forecast", {"coordinates": "59.9,10.7"}, "latitude", "coordinates")
contained.fixed("tracker", "get_task", {"task_id": "{base}/tasks/501"}, {"task_id": 501})
contained.fixed("tracker", "get_task", {"url": "{base}/tasks/501"}, {"task_id": 501})
contained.fixed("tracker", "update_task", {"task_id": "/tasks/501", "done": True}, {"task_id": 501, "done": True})
contained.fixed("tracker", "list_tasks", {"assignee_id": "{base}/users/102"}, {"assignee_id": 102})
contained.fixed("docs", "get_document", {"id": "{base}/documents/1DocAAA"}, {"id": "1DocAAA"})
contained.fixed("billing", "get_customer", {"id": "{base}/v1/customers/cus_N2x7"}, {"id": "cus_N2x7"})
contained.fixed("hr", "get_employee", {"id": f"{{base}}/employees/{uid(6, 2)}"}, {"id": uid(6, 2)})
contained.fixed(
    "blog", "get_post", {"id": "{base}/posts/64b7f0c2a1d3e4f506172901?draft=1"}, {"id": "64b7f0c2a1d3e4f506172901"}
)
contained.fixed(
    "chat",
    "create_invite",
    {"email": "zoe.lind@example.com"},
    {"email": "zoe.lind@example.com", "username": "zoe.lind"},
)
contained.fixed("shop", "customers_retrieve", {"id": "{base}/api/customers/3/"}, {"id": 3})
contained.refused("tracker", "get_task", {"task_id": "https://other.example/tasks/501"}, "task_id")
contained.refused("tracker", "get_task", {"task_id": "{base}/users/101"}, "task_id")
contained.refused("forge", "list_issues", {"repo": "hello"}, "owner")
contained.refused("forge", "list_issues", {"url": "https://forge.example/octo/hello"}, "owner", "repo", "url")
contained.refused("fleet", "find_nearby_vehicles", {"location": "Berlin"}, "latitude", "location")
contained.refused("fleet", "find_nearby_vehicles", {"location": "152.5,113.4"}, "latitude", "location")
contained.refused("chat", "create_invite", {"username": "zoe.lind"}, "email")
contained.refused("weather", "get_forecast", {"latitude": 59.9}, "longitude")

lookup = Family("lookup")
for said in ("Bob Keller", "bob keller", " Bob  Keller ", "bob.keller@example.com"):
    lookup.fixed("tracker", "list_tasks", {"assignee_id": said}, {"assignee_id": 102})
lookup.fixed("tracker", "get_user", {"user_id": "Ana Souza"}, {"user_id": 101})
lookup.fixed("tracker", "create_task", {**TASK, "assignee_id": "Chloé Martin"}, {**TASK, "assignee_id": 103})
lookup.fixed("tracker", "create_task", {"title": "Buy brushes", "project_id": "Apollo"}, TASK)
lookup.fixed("tracker", "list_tasks", {"project_id": "Borealis"}, {"project_id": 20})
lookup.fixed("tracker", "update_task", {"task_id": "Order paint", "done": True}, {"task_id": 501, "done": True})
lookup.fixed(
    "tracker", "create_project", {"name": "Cygnus", "owner_id": "Daniel Novak"}, {"name": "Cygnus", "owner_id": 104}
)
lookup.fixed("clinic", "get_patient", {"id": "Ana Souza"}, {"id": uid(1, 1)})
lookup.fixed("clinic", "list_appointments", {"patientId": "bob.keller@example.com"}, {"patientId": uid(1, 2)})
lookup.fixed("clinic", "list_appointments", {"doctorId": "Dr. Ines Vogel"}, {"doctorId": uid(2, 1)})
lookup.fixed("clinic", "create_appointment", {**VISIT, "patientId": "Ana Souza", "doctorId": "Dr. Ines Vogel"}, VISIT)
lookup.fixed("hotel", "create_booking", {**STAY, "roomId": "Sea View"}, STAY)
lookup.fixed("hotel", "list_bookings", {"roomId": "garden"}, {"roomId": 202})
lookup.fixed("fleet", "list_trips", {"driverId": "Bob Keller"}, {"driverId": 42})
lookup.fixed("fleet", "create_trip", {"driverId": "Bob Keller", "vehicleId": "B-XY 12"}, TRIP)
lookup.fixed("fleet", "get_vehicle", {"id": "M-AB 77"}, {"id": 92})
lookup.fixed("crm", "get_contact", {"id": "Robert Kim"}, {"id": 27})
lookup.fixed("crm", "list_deals", {"company_id": "Globex"}, {"company_id": 2})
lookup.fixed(
    "crm",
    "create_deal",
    {"deal": {"title": "Hoses", "company_id": "Acme"}},
    {"deal": {"title": "Hoses", "company_id": 1}},
)
lookup.fixed("hr", "list_employees", {"departmentId": "Research"}, {"departmentId": uid(5, 2)})
lookup.fixed("hr", "list_leaves", {"employeeId": "ana.souza@example.com"}, {"employeeId": uid(6, 1)})
lookup.fixed(
    "hr",
    "create_employee",
    {"name": "Zoe Lind", "departmentId": "finance"},
    {"name": "Zoe Lind", "departmentId": uid(5, 1)},
)
lookup.fixed("erp", "list_orders", {"CustomerId": "Alfreds Futterkiste"}, {"CustomerId": 11})
lookup.fixed("erp", "create_order", {"CustomerId": "berglunds", "ShipNow": True}, {"CustomerId": 12, "ShipNow": True})
lookup.fixed("blog", "create_post", {"title": "On Mugs", "authorId": "Ana Souza"}, POST)
lookup.fixed("blog", "get_post", {"id": "On Kettles"}, {"id": "64b7f0c2a1d3e4f506172901"})
lookup.fixed("events", "get_event", {"id": "Hamlet"}, {"id": 62})
lookup.fixed("forge", "get_issue", {**REPO, "number": "It crashes"}, {**REPO, "number": 7})
lookup.fixed("shop", "customers_retrieve", {"id": "Ana Souza"}, {"id": 1})
lookup.fixed("shop", "orders_list", {"customer": "Elena Rossi"}, {"customer": 5})
lookup.fixed("shop", "products_retrieve", {"id": "Kettle"}, {"id": 21})
lookup.fixed("shop", "products_retrieve", {"id": "Yo-Yo"}, {"id": 30})
lookup.fixed("shop", "products_retrieve", {"id": "wooden train"}, {"id": 29})
lookup.fixed("shop", "orders_create", {**ORDER, "customer": "ana.souza@example.com"}, ORDER)
lookup.fixed("shop", "orders_create", {"customer": 1, "items": [{"product": "Kettle", "quantity": 1}]}, ORDER)
lookup.fixed("shop", "orders_retrieve", {"id": "Ana Souza's latest order"}, {"id": 40})

late = Family("lookup-late")
late.fixed("docs", "create_document", {"title": "Plan", "folderId": "Contracts"}, FILE)
late.fixed("docs", "get_folder", {"id": "minutes"}, {"id": "0AbTt54"})
late.fixed("docs", "get_document", {"id": "Lease"}, {"id": "1DocAAA"})
late.fixed("billing", "create_invoice", {**BILL, "customer": "Bob Keller"}, BILL)
late.fixed("billing", "create_invoice", {**BILL, "customer": "bob.keller@example.com"}, BILL)
late.fixed("billing", "create_invoice", {**BILL, "product": "Team plan"}, {**BILL, "product": "prod_T2"})
late.fixed("billing", "get_customer", {"id": "ana.souza@example.com"}, {"id": "cus_N1x7"})
late.fixed("billing", "get_product", {"id": "basic plan"}, {"id": "prod_T1"})
late.fixed("billing", "get_invoice", {"id": "Bob Keller's latest invoice"}, {"id": "in_0A2"})
late.fixed("events", "get_venue", {"slug": "The Old Mill"}, {"slug": "old-mill"})
late.fixed("events", "create_event", {**SHOW, "venue_slug": "The Old Mill"}, SHOW)
late.fixed("events", "create_event", {**SHOW, "venue_slug": "arena"}, {**SHOW, "venue_slug": "arena-77"})
late.fixed("chat", "create_message", {"channelId": "general", "text": "hello"}, NOTE)
late.fixed("chat", "create_message", {**NOTE, "userId": "Daniel Novak"}, {**NOTE, "userId": "U04KQ"})
late.fixed("chat", "get_user", {"id": "chloe.martin@example.com"}, {"id": "U03KQ"})
late.fixed("chat", "get_channel", {"id": "design"}, {"id": "C02BB"})
late.fixed("forge", "get_user", {"login": "Ana Souza"}, {"login": "anas"})
late.fixed(
    "forge",
    "create_issue",
    {**REPO, "title": "Slow", "assignee": "Bob Keller"},
    {**REPO, "title": "Slow", "assignee": "bobk"},
)
late.fixed(
    "forge",
    "update_issue",
    {**REPO, "number": 7, "assignee": "ana.souza@example.com"},
    {**REPO, "number": 7, "assignee": "anas"},
)
late.fixed("library", "get_author", {"id": "Jules Verne"}, {"id": "32"})
late.fixed("library", "get_book", {"id": "Emma"}, {"id": "71"})
late.fixed("library", "create_book",
           {"data": {"type": "books", "attributes": {"title": "Sanditon", "authorId": "Jane Austen"}}},
           {"data": {"type": "books", "attributes": {"title": "Sanditon", "authorId": "31"}}})  # fmt: skip
late.fixed("weather", "get_station", {"id": "Oslo Blindern"}, {"id": "oslo-blindern"})
late.fixed("weather", "get_observations", {"station": "Bergen Florida", "day": "2026-03-05"},
           {"station": "bergen-florida", "day": "2026-03-05"})  # fmt: skip

ambiguous = Family("ambiguous")
ambiguous.refused("tracker", "list_tasks", {"assignee_id": "Maria Lopez"}, "assignee_id", says=("105", "106"))
ambiguous.refused("clinic", "get_patient", {"id": "Maria Lopez"}, "id", says=(uid(1, 5), uid(1, 6)))
ambiguous.refused("crm", "get_contact", {"id": "maria lopez"}, "id", says=("25", "26"))
ambiguous.refused(
    "billing", "create_invoice", {**BILL, "customer": "Maria Lopez"}, "customer", says=("cus_N5x7", "cus_N6x7")
)
ambiguous.refused(
    "docs", "create_document", {"title": "Plan", "folderId": "Travel"}, "folderId", says=("0AbQq27", "0AbZz33")
)
ambiguous.refused("fleet", "list_trips", {"driverId": "Zoe Quill"}, "driverId", tries=("list_drivers",))
ambiguous.refused(
    "tracker", "create_task", {"title": "Buy brushes", "project_id": "Zephyr"}, "project_id", tries=("list_projects",)
)
ambiguous.refused("hr", "list_employees", {"departmentId": "Legal"}, "departmentId", tries=("list_departments",))
ambiguous.refused("tracker", "get_user", {"user_id": "Robert"}, "user_id", says=("107",))
ambiguous.refused("crm", "get_contact", {"id": "Kim"}, "id", says=("Robert Kim",))
ambiguous.refused("tracker", "create_task", {"title": "Buy brushes", "project_id": "Apollo Arch"}, "project_id")
ambiguous.refused("chat", "create_message", {"channelId": "des", "text": "hello"}, "channelId")
ambiguous.refused("events", "get_venue", {"slug": "Mill"}, "slug")
ambiguous.refused("hotel", "get_guest", {"id": "Guest Number40"}, "id", right={"id": 40})
ambiguous.refused("hotel", "create_booking", {**STAY, "guestId": "Bob Keller"}, "guestId", right=STAY)
ambiguous.refused("hotel", "get_guest", {"id": "Maria Lopez"}, "id")
ambiguous.refused("tracker", "list_tasks", {"assignee_id": "Bob Keller"}, "assignee_id", without=("list_users",))
ambiguous.refused(
    "billing", "create_invoice", {**BILL, "customer": "Bob Keller"}, "customer", without=("list_customers",)
)
ambiguous.refused("clinic", "get_patient", {"id": "Ana Souza"}, "id", without=("list_patients",))
ambiguous.refused("shop", "orders_list", {"customer": "Ana Souza"}, "customer", without=("customers_list",))
ambiguous.refused("shop", "products_retrieve", {"id": "Garden"}, "id")
ambiguous.refused("shop", "customers_retrieve", {"id": "Ana"}, "id", says=("Ana Souza",))
ambiguous.refused("shop", "orders_retrieve", {"id": "Zoe Quill's latest order"}, "id")
ambiguous.refused("blog", "create_post", {"title": "On Mugs", "authorId": "robert"}, "authorId")

FAMILIES = (names, contained, lookup, late, ambiguous)
