"""Cases: more than one thing is wrong at a time."""

from recovery_apis import uid
from recovery_case import Family
from recovery_cases_forms import ANNA, FILE, LEAVE, NOTE, ORDER, POST, REPO, SHOW, STAY, TASK, TRIP, VISIT

several = Family("several")
several.fixed(
    "tracker",
    "create_task",
    {"Title": "Buy brushes", "projectId": "10", "tags": "urgent", "status": "In Progress"},
    {**TASK, "tags": ["urgent"], "status": "in_progress"},
)
several.fixed("tracker", "create_task", {"task": {"title": "Buy brushes", "projectId": 10}}, TASK)
several.fixed("tracker", "create_task", {"body": '{"title": "Buy brushes", "project_id": "10"}'}, TASK)
several.fixed("tracker", "create_task", {"title": "Buy brushes", "projectId": "Apollo", "estimate": "90 minutes"},
              {**TASK, "estimate": 90})  # fmt: skip
several.fixed("tracker", "update_task", {"taskId": "501", "assigneeId": "Bob Keller", "done": "true"},
              {"task_id": 501, "assignee_id": 102, "done": True})  # fmt: skip
several.fixed(
    "clinic",
    "create_appointment",
    {**VISIT, "patientId": "Ana Souza", "kind": "Check-up"},
    {**VISIT, "kind": "follow_up"},
)
several.fixed("hotel", "create_booking", {**STAY, "roomId": "Sea View", "departure": "3 May 2026", "adults": "2"},
              {**STAY, "adults": 2})  # fmt: skip
several.fixed(
    "fleet",
    "create_trip",
    {"driver_id": "Bob Keller", "vehicle_id": "91", "state": "planned"},
    {**TRIP, "state": "PLANNED"},
)
several.fixed("crm", "create_deal", {"title": "Hoses", "company_id": "Globex", "amount": "$900"},
              {"deal": {"title": "Hoses", "company_id": 2, "amount": 900}})  # fmt: skip
several.fixed(
    "hr",
    "create_leave",
    {**LEAVE, "employeeId": "Ana Souza", "reason": "parental leave"},
    {**LEAVE, "reason": "ParentalLeave"},
)
several.fixed("events", "create_event", {**SHOW, "venue_slug": "The Old Mill", "starts_on": "9 June 2026"}, SHOW)
several.fixed(
    "events",
    "create_event",
    {**SHOW, "category": "Music", "tickets": "40"},
    {**SHOW, "category": "music", "tickets": 40},
)
several.fixed(
    "docs",
    "create_document",
    {"title": "Plan", "folder_id": "Contracts", "labels": "draft"},
    {**FILE, "labels": ["draft"]},
)
several.fixed("forge", "create_issue",
              {"repo": "octo/hello", "title": "Slow", "labels": "bug", "assignee": "Bob Keller"},
              {**REPO, "title": "Slow", "labels": ["bug"], "assignee": "bobk"})  # fmt: skip
several.fixed(
    "chat", "create_message", {"channel_id": "general", "text": "hello", "urgency": "high"}, {**NOTE, "urgency": "HIGH"}
)
several.fixed("blog", "create_post",
              {"title": "On Mugs", "author_id": "Ana Souza", "tags": '["tea"]', "pinned": "true"},
              {**POST, "tags": ["tea"], "pinned": True})  # fmt: skip
several.fixed(
    "shop",
    "orders_create",
    {"order": {"customer": "Ana Souza", "items": {"product": "Kettle", "quantity": "1"}}},
    ORDER,
)
several.fixed(
    "shop",
    "orders_list",
    {"customerId": "ana.souza@example.com", "status": "Shipped"},
    {"customer": 1, "status": "shipped"},
)
several.refused("tracker", "create_task", {"title": "Buy brushes", "projectId": "Apollo", "due": "03/04/2026"}, "due")
several.refused("tracker", "create_task", {**TASK, "project_id": "10", "priority": 9}, "priority", says=("5",))
several.refused("hotel", "create_booking", {**STAY, "guestId": "2", "arrival": "next Monday"}, "arrival")
several.refused("clinic", "create_appointment", {**VISIT, "kind": "Follow up", "patientId": "Maria Lopez"}, "patientId",
                says=(uid(1, 5), uid(1, 6)))  # fmt: skip
several.refused("events", "create_event", {**SHOW, "category": "Music", "tickets": 800}, "tickets", says=("500",))
several.refused("docs", "create_document", {"Title": "Plan"}, "folderId", tries=("list_folders",))
several.refused("shop", "customers_create", {"customer": {**ANNA, "email": "nobody"}}, "email")

FAMILIES = (several,)
