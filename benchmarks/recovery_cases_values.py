"""Cases: dates, units, base64 and spaces."""

from recovery_apis import uid
from recovery_case import Family
from recovery_cases_forms import BILL, FILE, LEAVE, NOTE, POST, REPO, SHOW, STAY, TASK, TRIP, VISIT

dates = Family("dates")
DUE = {**TASK, "due": "2026-03-05"}
for said in (
    "5 March 2026",
    "March 5, 2026",
    "2026/03/05",
    "2026-3-5",
    "5 Mar 2026",
    "2026-03-05T00:00:00Z",
    "20260305",
):
    dates.fixed("tracker", "create_task", {**TASK, "due": said}, DUE)
dates.fixed("hotel", "create_booking", {**STAY, "departure": "13/05/2026"}, {**STAY, "departure": "2026-05-13"})
dates.fixed("hotel", "list_bookings", {"arrival": "May 1st, 2026"}, {"arrival": "2026-05-01"})
dates.fixed("hotel", "create_booking", {**STAY, "departure": "05/05/2026"}, {**STAY, "departure": "2026-05-05"})
dates.fixed("hr", "create_leave", {**LEAVE, "lastDay": "14 August 2026"}, LEAVE)
dates.fixed("hr", "create_leave", {**LEAVE, "firstDay": "2026.08.03"}, LEAVE)
dates.fixed("crm", "create_deal", {"deal": {"title": "Hoses", "company_id": 2, "close_on": "Dec 31, 2026"}},
            {"deal": {"title": "Hoses", "company_id": 2, "close_on": "2026-12-31"}})  # fmt: skip
dates.fixed(
    "blog", "create_post", {**POST, "publishedOn": "Thursday, 5 March 2026"}, {**POST, "publishedOn": "2026-03-05"}
)
dates.fixed("weather", "get_observations", {"station": "oslo-blindern", "day": "2026/03/05"},
            {"station": "oslo-blindern", "day": "2026-03-05"})  # fmt: skip
for said in ("2026-03-05 14:30:00Z", "2026-03-05T14:30Z", "Thu, 05 Mar 2026 14:30:00 GMT", "5 March 2026 14:30 UTC"):
    dates.fixed("clinic", "create_appointment", {**VISIT, "startsAt": said}, VISIT)
dates.fixed(
    "fleet",
    "create_trip",
    {**TRIP, "startedAt": "2026-03-05T14:30:00+0100"},
    {**TRIP, "startedAt": "2026-03-05T14:30:00+01:00"},
)
dates.fixed(
    "chat",
    "create_message",
    {**NOTE, "postAt": "2026-03-05 14:30:00 +02:00"},
    {**NOTE, "postAt": "2026-03-05T14:30:00+02:00"},
)
dates.refused("tracker", "create_task", {**TASK, "due": "03/04/2026"}, "due")
dates.refused("hotel", "create_booking", {**STAY, "arrival": "04/05/2026"}, "arrival")
dates.refused("hotel", "list_bookings", {"arrival": "1.5.26"}, "arrival")
dates.refused("hr", "create_leave", {**LEAVE, "firstDay": "next Monday"}, "firstDay")
dates.refused("tracker", "create_task", {**TASK, "due": "2026-02-30"}, "due")
dates.refused("tracker", "create_task", {**TASK, "due": "5 March"}, "due")
dates.refused("tracker", "create_task", {**TASK, "remind_at": "2026-03-05"}, "remind_at")
dates.refused("clinic", "create_appointment", {**VISIT, "startsAt": "2026-03-05T14:30:00"}, "startsAt")
dates.refused("clinic", "create_appointment", {**VISIT, "startsAt": "half past two"}, "startsAt")
dates.refused("clinic", "create_appointment", {**VISIT, "startsAt": "03/04/2026 14:30 UTC"}, "startsAt")
dates.refused("hotel", "create_booking", {**STAY, "departure": "03.05.2026"}, "departure", right=STAY)
dates.refused("clinic", "create_appointment", {**VISIT, "startsAt": 1772721000}, "startsAt", right=VISIT)

units = Family("units")
units.fixed("tracker", "create_task", {**TASK, "estimate": "90 minutes"}, {**TASK, "estimate": 90})
units.fixed("tracker", "create_task", {**TASK, "estimate": "90 min"}, {**TASK, "estimate": 90})
units.fixed("tracker", "create_task", {**TASK, "estimate": "1,440 minutes"}, {**TASK, "estimate": 1440})
units.fixed(
    "tracker", "create_project", {"name": "Cygnus", "budget": "1,250.50 euro"}, {"name": "Cygnus", "budget": 1250.5}
)
units.fixed(
    "tracker", "create_project", {"name": "Cygnus", "budget": "€12,500,000"}, {"name": "Cygnus", "budget": 12500000}
)
units.fixed("clinic", "create_patient", {"fullName": "Zoe Lind", "birthDate": "1990-05-04", "heightCm": "172 cm"},
            {"fullName": "Zoe Lind", "birthDate": "1990-05-04", "heightCm": 172})  # fmt: skip
units.fixed("clinic", "create_appointment", {**VISIT, "durationMinutes": "45 mins"}, {**VISIT, "durationMinutes": 45})
units.fixed("hotel", "create_booking", {**STAY, "deposit": "80 EUR"}, {**STAY, "deposit": 80})
units.fixed("hotel", "create_booking", {**STAY, "deposit": "EUR 80.50"}, {**STAY, "deposit": 80.5})
units.fixed("fleet", "create_vehicle", {"plate": "K-LM 5", "kind": "VAN", "mileageKm": "120,000 km"},
            {"plate": "K-LM 5", "kind": "VAN", "mileageKm": 120000})  # fmt: skip
units.fixed("fleet", "create_vehicle", {"plate": "K-LM 5", "kind": "VAN", "mileageKm": "120 000"},
            {"plate": "K-LM 5", "kind": "VAN", "mileageKm": 120000})  # fmt: skip
units.fixed("fleet", "create_trip", {**TRIP, "distanceKm": "12.5 km"}, {**TRIP, "distanceKm": 12.5})
units.fixed("crm", "create_deal", {"deal": {"title": "Hoses", "company_id": 2, "amount": "$1,250.00"}},
            {"deal": {"title": "Hoses", "company_id": 2, "amount": 1250}})  # fmt: skip
units.fixed("hr", "update_employee", {"id": uid(6, 1), "salary": "52,000.00 €"}, {"id": uid(6, 1), "salary": 52000})
units.fixed("billing", "create_invoice", {**BILL, "amount": "900 cents"}, BILL)
units.fixed("erp", "create_order", {"CustomerId": 11, "Weight": "7.5kg"}, {"CustomerId": 11, "Weight": 7.5})
units.fixed("blog", "create_post", {**POST, "readingMinutes": "4 minutes"}, {**POST, "readingMinutes": 4})
units.fixed("weather", "create_station", {"name": "Vardo", "latitude": 70.4, "longitude": 31.1, "elevation": "10 m"},
            {"name": "Vardo", "latitude": 70.4, "longitude": 31.1, "elevation": 10})  # fmt: skip
units.refused("crm", "create_deal", {"deal": {"title": "Hoses", "company_id": 2, "amount": "500 EUR"}}, "amount")
units.refused("fleet", "create_trip", {**TRIP, "distanceKm": "3 miles"}, "distanceKm")
units.refused("tracker", "create_task", {**TASK, "priority": "5 stars"}, "priority")
units.refused("hotel", "create_booking", {**STAY, "adults": "2 couples"}, "adults")
units.refused("tracker", "create_task", {**TASK, "estimate": "90-120 minutes"}, "estimate")
units.refused("tracker", "create_task", {**TASK, "estimate": "about 90 minutes"}, "estimate")
units.refused("erp", "create_order", {"CustomerId": 11, "Weight": "7.5 lb"}, "Weight")
units.refused("billing", "create_invoice", {**BILL, "amount": "$9"}, "amount")
units.refused("tracker", "create_task", {**TASK, "estimate": "2 hours"}, "estimate", right={**TASK, "estimate": 120})
units.refused(
    "hotel", "create_booking", {**STAY, "deposit": "1.250,50 €"}, "deposit", right={**STAY, "deposit": 1250.5}
)

base64 = Family("base64")
for said in (
    "data:text/plain;base64,aGk/PiDwn5iA", "aGk_PiDwn5iA", "aGk/PiDw\nn5iA\n",
    "data:application/octet-stream;base64,aGk_PiDwn5iA",
    " aGk/PiDwn5iA ",
):  # fmt: skip
    base64.fixed("tracker", "create_task", {**TASK, "attachment": said}, {**TASK, "attachment": "aGk/PiDwn5iA"})
base64.fixed("docs", "create_document", {**FILE, "content": "aGVsbG8"}, {**FILE, "content": "aGVsbG8="})
base64.fixed("docs", "create_document", {**FILE, "content": "_-8="}, {**FILE, "content": "/+8="})
base64.fixed("docs", "update_document", {"id": "1DocAAA", "content": "data:image/png;base64,iVBORw0KGgo="},
             {"id": "1DocAAA", "content": "iVBORw0KGgo="})  # fmt: skip
base64.fixed(
    "events",
    "create_event",
    {**SHOW, "poster": "data:image/png;base64,iVBORw0KGgo="},
    {**SHOW, "poster": "iVBORw0KGgo="},
)
base64.fixed("events", "create_event", {**SHOW, "poster": "iVBORw0KGgo"}, {**SHOW, "poster": "iVBORw0KGgo="})
base64.refused("docs", "create_document", {**FILE, "content": "see the attached file!"}, "content",
               right={**FILE, "content": "c2VlIHRoZSBhdHRhY2hlZCBmaWxlIQ=="})  # fmt: skip
base64.refused("tracker", "create_task", {**TASK, "attachment": "C:\\photos\\me.png"}, "attachment")
base64.refused("docs", "create_document", {**FILE, "content": "data:image/png;base64,%%%"}, "content")

spaces = Family("spaces")
spaces.fixed("tracker", "list_tasks", {"status": " todo"}, {"status": "todo"})
spaces.fixed("tracker", "get_task", {"task_id": " 501 "}, {"task_id": 501})
spaces.fixed("tracker", "create_task", {**TASK, "due": "2026-03-05 "}, {**TASK, "due": "2026-03-05"})
spaces.fixed(
    "tracker",
    "create_user",
    {"name": "Zoe Lind", "email": " zoe@example.com "},
    {"name": "Zoe Lind", "email": "zoe@example.com"},
)
spaces.fixed("clinic", "get_patient", {"id": f" {uid(1, 1)}\n"}, {"id": uid(1, 1)})
spaces.fixed("clinic", "list_doctors", {"specialty": "cardiology\u00a0"}, {"specialty": "cardiology"})
spaces.fixed("docs", "get_document", {"id": " 1DocAAA "}, {"id": "1DocAAA"})
spaces.fixed("docs", "create_document", {**FILE, "folderId": "0AbXc91\n"}, FILE)
spaces.fixed("events", "get_venue", {"slug": "old-mill "}, {"slug": "old-mill"})
spaces.fixed("billing", "get_customer", {"id": "\tcus_N2x7"}, {"id": "cus_N2x7"})
spaces.fixed("blog", "get_post", {"id": "64b7f0c2a1d3e4f506172901 "}, {"id": "64b7f0c2a1d3e4f506172901"})
spaces.fixed("chat", "create_message", {**NOTE, "urgency": " HIGH "}, {**NOTE, "urgency": "HIGH"})
spaces.fixed("forge", "list_issues", {**REPO, "state": "open\n"}, {**REPO, "state": "open"})
spaces.fixed("erp", "list_orders", {"Priority": " Low"}, {"Priority": "Low"})
spaces.refused("tracker", "list_tasks", {"status": "  "}, "status")

FAMILIES = (dates, units, base64, spaces)
