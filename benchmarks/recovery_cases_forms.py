"""Cases: values of another JSON type, bodies in or out of an envelope, and enums."""

from recovery_apis import uid
from recovery_case import Family

TASK = {"title": "Buy brushes", "project_id": 10}
VISIT = {"patientId": uid(1, 1), "doctorId": uid(2, 1), "startsAt": "2026-03-05T14:30:00Z"}
STAY = {"guestId": 2, "roomId": 201, "arrival": "2026-05-01", "departure": "2026-05-03"}
TRIP = {"driverId": 42, "vehicleId": 91}
LEAVE = {"employeeId": uid(6, 1), "firstDay": "2026-08-03", "lastDay": "2026-08-14"}
SHOW = {"title": "Ballads", "venue_slug": "old-mill", "starts_on": "2026-06-09"}
FILE = {"title": "Plan", "folderId": "0AbXc91"}
BILL = {"customer": "cus_N2x7", "amount": 900}
NOTE = {"channelId": "C01AA", "text": "hello"}
POST = {"title": "On Mugs", "authorId": "64b7f0c2a1d3e4f506172801"}
REPO = {"owner": "octo", "repo": "hello"}
KETTLE = {"sku": "mug-1", "name": "Mug", "category": "kitchen", "price": "4.50"}
ORDER = {"customer": 1, "items": [{"product": 21, "quantity": 1}]}
ANNA = {"name": "Anna Berg", "email": "anna.berg@example.com", "city": "Oslo"}
BOOK = {"type": "books", "attributes": {"title": "Sanditon", "pages": 90}}

json_text = Family("json-text")
json_text.fixed("tracker", "create_task", {**TASK, "tags": '["paint", "shop"]'}, {**TASK, "tags": ["paint", "shop"]})
json_text.fixed(
    "tracker", "create_task", {**TASK, "settings": '{"color": "red"}'}, {**TASK, "settings": {"color": "red"}}
)
json_text.fixed("tracker", "update_task", {"task_id": 501, "settings": '{"notify": true}'},
                {"task_id": 501, "settings": {"notify": True}})  # fmt: skip
json_text.fixed("tracker", "create_tasks_bulk", {"tasks": '[{"title": "a", "project_id": 10}]'},
                {"tasks": [{"title": "a", "project_id": 10}]})  # fmt: skip
json_text.fixed("library", "create_author", {"data": '{"type": "authors", "attributes": {"name": "Ada Ay"}}'},
                {"data": {"type": "authors", "attributes": {"name": "Ada Ay"}}})  # fmt: skip
json_text.fixed("library", "create_book", {"data": {**BOOK, "attributes": '{"title": "Sanditon", "pages": 90}'}},
                {"data": BOOK})  # fmt: skip
json_text.fixed("crm", "create_contact", {"contact": '{"name": "Zoe Lind", "stage": "lead"}'},
                {"contact": {"name": "Zoe Lind", "stage": "lead"}})  # fmt: skip
json_text.fixed("crm", "create_deal", {"deal": {"title": "Hoses", "company_id": 2, "tags": '["new"]'}},
                {"deal": {"title": "Hoses", "company_id": 2, "tags": ["new"]}})  # fmt: skip
json_text.fixed("shop", "orders_create", {"customer": 1, "items": '[{"product": 21, "quantity": 1}]'}, ORDER)
json_text.fixed("shop", "orders_create", {"customer": 1, "items": ['{"product": 21, "quantity": 1}']}, ORDER)
json_text.fixed(
    "erp", "create_order", {"CustomerId": 11, "Notes": '["fragile"]'}, {"CustomerId": 11, "Notes": ["fragile"]}
)
json_text.fixed("forge", "create_issue", {**REPO, "title": "Slow", "labels": '["bug", "perf"]'},
                {**REPO, "title": "Slow", "labels": ["bug", "perf"]})  # fmt: skip
json_text.fixed("hotel", "create_booking", {**STAY, "wishes": '["cot"]'}, {**STAY, "wishes": ["cot"]})
json_text.fixed("clinic", "update_patient", {"id": uid(1, 2), "allergies": '["nuts", "pollen"]'},
                {"id": uid(1, 2), "allergies": ["nuts", "pollen"]})  # fmt: skip
json_text.fixed("blog", "create_post", {**POST, "tags": '[\n  "tea"\n]'}, {**POST, "tags": ["tea"]})
json_text.fixed("docs", "create_document", {**FILE, "labels": '["draft"]', "public": "false"},
                {**FILE, "labels": ["draft"], "public": False})  # fmt: skip
json_text.refused("tracker", "create_task", {**TASK, "settings": '{"color": "red"'}, "settings")
json_text.refused("tracker", "create_task", {**TASK, "tags": '{"paint": 1}'}, "tags")
json_text.refused("shop", "orders_create", {"customer": 1, "items": "[21, 1"}, "items")
json_text.refused("tracker", "create_task", {**TASK, "settings": "{'color': 'red'}"}, "settings",
                  right={**TASK, "settings": {"color": "red"}})  # fmt: skip

wrapped = Family("wrapped")
for envelope in ("body", "data", "task", "input", "request_body", "payload"):
    wrapped.fixed("tracker", "create_task", {envelope: TASK}, TASK)
wrapped.fixed("tracker", "update_task", {"task_id": 501, "body": {"done": True}}, {"task_id": 501, "done": True})
wrapped.fixed("tracker", "list_tasks", {"query": {"status": "done"}}, {"status": "done"})
wrapped.fixed("tracker", "list_tasks", {"params": {"done": True, "project_id": 20}}, {"done": True, "project_id": 20})
wrapped.fixed("shop", "customers_create", {"customer": ANNA}, ANNA)
wrapped.fixed("shop", "customers_create", {"body": ANNA}, ANNA)
wrapped.fixed("shop", "products_partial_update", {"id": 3, "data": {"stock": 30}}, {"id": 3, "stock": 30})
wrapped.fixed("clinic", "create_appointment", {"appointment": VISIT}, VISIT)
wrapped.fixed("billing", "create_invoice", {"invoice": BILL}, BILL)
wrapped.fixed("chat", "create_message", {"input": NOTE}, NOTE)
wrapped.fixed("chat", "create_message", {"body": '{"channelId": "C01AA", "text": "hello"}'}, NOTE)
wrapped.fixed("blog", "create_post", {"arguments": POST}, POST)
wrapped.fixed(
    "crm", "create_contact", {"name": "Zoe Lind", "stage": "lead"}, {"contact": {"name": "Zoe Lind", "stage": "lead"}}
)
wrapped.fixed("crm", "update_contact", {"id": 21, "stage": "customer"}, {"id": 21, "contact": {"stage": "customer"}})
wrapped.fixed("crm", "create_company", {"body": {"company": {"name": "Hooli"}}}, {"company": {"name": "Hooli"}})
wrapped.fixed("crm", "create_deal", {"title": "Hoses", "company_id": 2, "amount": 900},
              {"deal": {"title": "Hoses", "company_id": 2, "amount": 900}})  # fmt: skip
wrapped.fixed("library", "create_book", BOOK, {"data": BOOK})
wrapped.fixed("library", "create_author", {"type": "authors", "name": "Ada Ay"},
              {"data": {"type": "authors", "attributes": {"name": "Ada Ay"}}})  # fmt: skip
wrapped.fixed("tracker", "create_task", {**TASK, "color": "red"}, {**TASK, "settings": {"color": "red"}})
wrapped.fixed("tracker", "create_task", {**TASK, "settings.notify": True}, {**TASK, "settings": {"notify": True}})
wrapped.refused("tracker", "create_task", {**TASK, "body": {"title": "Sell brushes"}}, "title", "body")
wrapped.refused("tracker", "create_task", {"body": {"name": "x", "project": "y"}}, "body", "title")
wrapped.refused("crm", "create_contact", {"person": {"nick": "Z"}}, "contact", "person")
wrapped.refused("tracker", "create_task", {"body": [TASK, {**TASK, "title": "Sell brushes"}]}, "body", "title")

single = Family("single")
single.fixed("tracker", "create_task", {**TASK, "tags": "urgent"}, {**TASK, "tags": ["urgent"]})
single.fixed(
    "forge", "create_issue", {**REPO, "title": "Slow", "labels": "bug"}, {**REPO, "title": "Slow", "labels": ["bug"]}
)
single.fixed("forge", "update_issue", {**REPO, "number": 7, "labels": "bug"}, {**REPO, "number": 7, "labels": ["bug"]})
single.fixed("shop", "orders_create", {"customer": 1, "items": {"product": 21, "quantity": 1}}, ORDER)
single.fixed("erp", "create_order", {"CustomerId": 11, "Notes": "fragile"}, {"CustomerId": 11, "Notes": ["fragile"]})
single.fixed("hotel", "create_booking", {**STAY, "wishes": "cot"}, {**STAY, "wishes": ["cot"]})
single.fixed("clinic", "create_patient", {"fullName": "Zoe Lind", "birthDate": "1990-05-04", "allergies": "nuts"},
             {"fullName": "Zoe Lind", "birthDate": "1990-05-04", "allergies": ["nuts"]})  # fmt: skip
single.fixed("fleet", "create_trip", {**TRIP, "stops": "Ulm"}, {**TRIP, "stops": ["Ulm"]})
single.fixed("chat", "create_message", {**NOTE, "reactions": "wave"}, {**NOTE, "reactions": ["wave"]})
single.fixed("tracker", "create_tasks_bulk", {"tasks": TASK}, {"tasks": [TASK]})
single.fixed("tracker", "get_task", {"task_id": [501]}, {"task_id": 501})
single.fixed("clinic", "get_patient", {"id": [uid(1, 1)]}, {"id": uid(1, 1)})
single.refused("tracker", "get_task", {"task_id": [501, 502]}, "task_id")
single.refused("shop", "products_list", {"category": ["toys", "books"]}, "category")
single.refused("tracker", "create_task", {**TASK, "tags": 5, "priority": [2, 3]}, "tags", "priority")

scalar = Family("scalar")
scalar.fixed("tracker", "get_task", {"task_id": "501"}, {"task_id": 501})
scalar.fixed("tracker", "create_task", {"title": "Buy brushes", "project_id": "10"}, TASK)
scalar.fixed("tracker", "create_task", {**TASK, "done": "true"}, {**TASK, "done": True})
scalar.fixed("tracker", "list_tasks", {"done": "False"}, {"done": False})
scalar.fixed("tracker", "create_task", {"title": 2026, "project_id": 10}, {"title": "2026", "project_id": 10})
scalar.fixed("docs", "create_document", {**FILE, "sizeBytes": 2048}, {**FILE, "sizeBytes": "2048"})
scalar.fixed("docs", "list_documents", {"public": "false"}, {"public": False})
scalar.fixed("library", "get_book", {"id": 71}, {"id": "71"})
scalar.fixed("library", "create_book", {"data": {"type": "books", "attributes": {"title": "Sanditon", "pages": "90"}}},
             {"data": BOOK})  # fmt: skip
scalar.fixed("crm", "update_contact", {"id": "22", "contact": {"newsletter": "true", "company_id": "2"}},
             {"id": 22, "contact": {"newsletter": True, "company_id": 2}})  # fmt: skip
scalar.fixed("fleet", "create_trip", {**TRIP, "distanceKm": "12.5"}, {**TRIP, "distanceKm": 12.5})
scalar.fixed(
    "fleet", "find_nearby_vehicles", {"latitude": "52.5", "longitude": "13.4"}, {"latitude": 52.5, "longitude": 13.4}
)
scalar.fixed("shop", "products_list", {"in_stock": "true", "max_price": "20"}, {"in_stock": True, "max_price": 20})
scalar.fixed("shop", "orders_retrieve", {"id": "7"}, {"id": 7})
scalar.fixed("shop", "orders_create", {"customer": "1", "items": [{"product": "21", "quantity": "1"}]}, ORDER)
scalar.fixed("shop", "products_create", {**KETTLE, "price": 4.5}, {**KETTLE, "price": "4.5"})
scalar.fixed("erp", "update_order", {"Id": "801", "ShipNow": "true"}, {"Id": 801, "ShipNow": True})
scalar.fixed("hr", "create_leave", {**LEAVE, "hoursPerDay": "7.5"}, {**LEAVE, "hoursPerDay": 7.5})
scalar.fixed("forge", "get_issue", {**REPO, "number": "7"}, {**REPO, "number": 7})
scalar.fixed("billing", "create_invoice", {**BILL, "amount": "900"}, BILL)
scalar.fixed(
    "hotel", "create_booking", {**STAY, "adults": "2", "breakfast": "TRUE"}, {**STAY, "adults": 2, "breakfast": True}
)
scalar.fixed("weather", "get_forecast", {"latitude": 59.9, "longitude": 10.7, "hours": "48"},
             {"latitude": 59.9, "longitude": 10.7, "hours": 48})  # fmt: skip
scalar.refused("tracker", "get_task", {"task_id": "5.5"}, "task_id")
scalar.refused("tracker", "create_task", {**TASK, "done": "maybe"}, "done")
scalar.refused("hotel", "create_booking", {**STAY, "adults": "some"}, "adults")
scalar.refused("tracker", "create_task", {**TASK, "done": "yes"}, "done", right={**TASK, "done": True})
scalar.refused("tracker", "create_task", {**TASK, "done": 1}, "done", right={**TASK, "done": True})
scalar.refused("tracker", "list_tasks", {"assignee_id": None}, "assignee_id", right={})

enum = Family("enum")
for said in ("In Progress", "in progress", "IN_PROGRESS", "in-progress", "inProgress"):
    enum.fixed("tracker", "list_tasks", {"status": said}, {"status": "in_progress"})
enum.fixed("tracker", "create_task", {**TASK, "settings": {"color": "Red"}}, {**TASK, "settings": {"color": "red"}})
enum.fixed("tracker", "create_user", {"name": "Zoe Lind", "email": "zoe@example.com", "role": "Admins"},
           {"name": "Zoe Lind", "email": "zoe@example.com", "role": "admin"})  # fmt: skip
enum.fixed("shop", "products_list", {"category": "Books"}, {"category": "books"})
enum.fixed("shop", "products_list", {"category": "book"}, {"category": "books"})
enum.fixed("shop", "products_list", {"category": "TOY"}, {"category": "toys"})
enum.fixed("shop", "orders_list", {"status": "SHIPPED"}, {"status": "shipped"})
enum.fixed("shop", "products_create", {**KETTLE, "category": "Kitchen"}, KETTLE)
enum.fixed("clinic", "list_appointments", {"kind": "follow up"}, {"kind": "follow_up"})
enum.fixed("clinic", "create_appointment", {**VISIT, "kind": "Initial consultation"}, {**VISIT, "kind": "first_visit"})
enum.fixed("clinic", "list_appointments", {"kind": "Check-up"}, {"kind": "follow_up"})
enum.fixed("clinic", "list_doctors", {"specialty": "General Practice"}, {"specialty": "general-practice"})
enum.fixed("clinic", "update_patient", {"id": uid(1, 1), "bloodType": "ab+"}, {"id": uid(1, 1), "bloodType": "AB+"})
enum.fixed("hotel", "list_rooms", {"kind": "Suites"}, {"kind": "suite"})
enum.fixed("fleet", "list_vehicles", {"kind": "trucks"}, {"kind": "TRUCK"})
enum.fixed("fleet", "list_trips", {"state": "under way"}, {"state": "UNDER_WAY"})
enum.fixed("crm", "create_deal", {"deal": {"title": "Hoses", "company_id": 2, "stage": "Closed Won"}},
           {"deal": {"title": "Hoses", "company_id": 2, "stage": "closed_won"}})  # fmt: skip
enum.fixed("hr", "create_leave", {**LEAVE, "reason": "sick leave"}, {**LEAVE, "reason": "SickLeave"})
enum.fixed("hr", "list_employees", {"contract": "full-time"}, {"contract": "FullTime"})
enum.fixed("docs", "create_document", {**FILE, "visibility": "domain wide"}, {**FILE, "visibility": "DOMAIN_WIDE"})
enum.fixed("billing", "create_invoice", {**BILL, "currency": "EUR"}, {**BILL, "currency": "eur"})
enum.fixed("forge", "list_issues", {**REPO, "state": "Open"}, {**REPO, "state": "open"})
enum.fixed("library", "create_book", {"data": {"type": "book", "attributes": BOOK["attributes"]}}, {"data": BOOK})
enum.refused("shop", "products_list", {"category": "clothes"}, "category", says=("garden",))
enum.refused("clinic", "update_patient", {"id": uid(1, 1), "bloodType": "AB"}, "bloodType", says=("AB+", "AB-"))
enum.refused("crm", "create_deal", {"deal": {"title": "Hoses", "company_id": 2, "stage": "closed"}}, "stage",
             says=("closed_won", "closed_lost"))  # fmt: skip
enum.refused("hr", "create_leave", {**LEAVE, "reason": "leave"}, "reason", says=("SickLeave", "ParentalLeave"))
enum.refused("tracker", "list_tasks", {"status": "open"}, "status", says=("todo",))
enum.refused("fleet", "list_trips", {"state": "not completed"}, "state", says=("COMPLETED",))

FAMILIES = (json_text, wrapped, single, scalar, enum)
