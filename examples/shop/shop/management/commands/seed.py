"""`manage.py seed`: fill the shop with the same records every time."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from rest_framework.authtoken.models import Token

from shop.models import Category, Customer, Order, OrderItem, Product, Status

OPENING_DAY = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)

CUSTOMERS = (
    # name, email, phone, city
    ("Ana Souza", "ana.souza@example.com", "+351 21 555 0101", "Lisbon"),
    ("Bruno Keller", "bruno.keller@example.com", "+41 44 555 0102", "Zurich"),
    ("Chloé Martin", "chloe.martin@example.com", None, "Lyon"),
    ("Daniel Novak", "daniel.novak@example.com", "+420 2 5550 104", "Prague"),
    ("Elena Rossi", "elena.rossi@example.com", "+39 02 555 0105", "Milan"),
    ("Femi Adeyemi", "femi.adeyemi@example.com", None, "London"),
    ("Greta Lindqvist", "greta.lindqvist@example.com", "+46 8 555 0107", "Stockholm"),
    ("Hugo Almeida", "hugo.almeida@example.com", "+351 21 555 0108", "Lisbon"),
    ("Ines Vogel", "ines.vogel@example.com", None, "Berlin"),
    ("Jonas Weber", "jonas.weber@example.com", "+49 30 555 0110", "Berlin"),
    ("Katarzyna Nowak", "katarzyna.nowak@example.com", "+48 22 555 0111", "Warsaw"),
    ("Mariana Costa", "mariana.costa@example.com", None, "Porto"),
)

PRODUCTS = (
    # sku, name, category, price, stock
    ("atlas-of-clouds", "Atlas of Clouds", Category.BOOKS, "34.50", 7),
    ("bread-at-home", "Bread at Home", Category.BOOKS, "21.90", 0),
    ("harbour-stories", "Harbour Stories", Category.BOOKS, "12.00", 24),
    ("night-trains", "Night Trains of Europe", Category.BOOKS, "18.75", 3),
    ("pocket-botany", "Pocket Botany", Category.BOOKS, "9.99", 0),
    ("small-gardens", "Small Gardens", Category.BOOKS, "27.00", 11),
    ("bike-light", "Bike Light", Category.ELECTRONICS, "24.90", 40),
    ("desk-lamp", "Desk Lamp", Category.ELECTRONICS, "49.00", 0),
    ("headphones", "Wireless Headphones", Category.ELECTRONICS, "129.00", 5),
    ("power-bank", "Power Bank", Category.ELECTRONICS, "39.95", 18),
    ("radio", "Kitchen Radio", Category.ELECTRONICS, "59.00", 0),
    ("usb-hub", "USB Hub", Category.ELECTRONICS, "22.50", 33),
    ("bird-feeder", "Bird Feeder", Category.GARDEN, "17.40", 9),
    ("garden-hose", "Garden Hose", Category.GARDEN, "32.00", 0),
    ("hand-trowel", "Hand Trowel", Category.GARDEN, "8.50", 52),
    ("planter", "Clay Planter", Category.GARDEN, "14.20", 16),
    ("rain-gauge", "Rain Gauge", Category.GARDEN, "11.80", 0),
    ("watering-can", "Watering Can", Category.GARDEN, "19.90", 6),
    ("chef-knife", "Chef's Knife", Category.KITCHEN, "64.00", 4),
    ("coffee-grinder", "Coffee Grinder", Category.KITCHEN, "45.50", 0),
    ("kettle", "Kettle", Category.KITCHEN, "38.00", 13),
    ("mixing-bowl", "Mixing Bowl", Category.KITCHEN, "15.60", 28),
    ("moka-pot", "Moka Pot", Category.KITCHEN, "29.90", 0),
    ("tea-towel", "Tea Towel", Category.KITCHEN, "6.90", 75),
    ("kite", "Kite", Category.TOYS, "23.00", 8),
    ("marble-run", "Marble Run", Category.TOYS, "54.90", 0),
    ("puzzle", "Puzzle, 1000 Pieces", Category.TOYS, "19.50", 21),
    ("spinning-top", "Spinning Top", Category.TOYS, "5.40", 60),
    ("wooden-train", "Wooden Train", Category.TOYS, "42.00", 0),
    ("yo-yo", "Yo-Yo", Category.TOYS, "7.20", 35),
)

ORDER_COUNT = 40
NOTES = (None, None, "Please ring twice.", None, "It is a gift.")

ANA = 1
"""Id of Ana Souza, who also places the newest order of all."""

ANAS_LATEST_ITEMS = (
    # product id, quantity
    (20, 1),  # Coffee Grinder, sold out since
    (21, 1),  # Kettle
    (24, 4),  # Tea Towel
)


class Command(BaseCommand):
    """Writes its records under fixed ids, so a second run changes nothing and the API's own records stay."""

    help = "Fill the shop with the same customers, products and orders every time, and print an API token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare `--token` and `--flush`."""
        parser.add_argument("--token", help="the token of the user `shop`; default: the present one, else a random one")
        parser.add_argument("--flush", action="store_true", help="first remove all customers, products and orders")

    def handle(self, *, token: str | None, flush: bool, **options: Any) -> None:
        """Create the tables where missing, write the records, print the token."""
        call_command("migrate", verbosity=0)
        if flush:
            empty_tables(Customer, Product, Order, OrderItem)
        try:
            write_records()
        except IntegrityError as error:
            message = f"A record made through the API is in the way ({error}); run again with --flush."
            raise CommandError(message) from error
        self.stdout.write(f"token: {give_token(token)}")


def empty_tables(*models: type[Model]) -> None:
    """Remove all rows, and let new ids start at 1 again."""
    tables = [model._meta.db_table for model in models]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, reset_sequences=True))


@transaction.atomic
def write_records() -> None:
    """Write every customer, product and order, over those that have the same id."""
    for number in range(1, len(CUSTOMERS) + 1):
        write_customer(number)
    for number, (sku, name, category, price, stock) in enumerate(PRODUCTS, start=1):
        values = {"sku": sku, "name": name, "category": category, "price": Decimal(price), "stock": stock}
        Product.objects.update_or_create(id=number, defaults=values)
    # Items of any order may have been replaced through the API: start anew, under ids that only the seed uses.
    OrderItem.objects.filter(order__lte=ORDER_COUNT).delete()
    first_item = 1
    for number in range(1, ORDER_COUNT + 1):
        first_item += write_order(number, first_item)


def write_customer(number: int) -> None:
    """Write the customer with this id, who signed up in the weeks before the first order."""
    name, email, phone, city = CUSTOMERS[number - 1]
    joined = OPENING_DAY - timedelta(days=50 - 4 * number)
    values = {"name": name, "email": email, "phone": phone, "city": city, "created_at": joined}
    Customer.objects.update_or_create(id=number, defaults=values)


def write_order(number: int, first_item: int) -> int:
    """Write the order with this id and its items; return how many items it has."""
    values = {
        "customer_id": ANA if number == ORDER_COUNT else number * 5 % len(CUSTOMERS) + 1,
        "status": status_of(number),
        "placed_at": OPENING_DAY + timedelta(hours=53 * number, minutes=7 * number),
        "note": NOTES[number % len(NOTES)],
    }
    order, _ = Order.objects.update_or_create(id=number, defaults=values)
    items = items_of(number)
    OrderItem.objects.bulk_create(
        OrderItem(
            id=first_item + offset,
            order=order,
            product_id=product,
            quantity=quantity,
            unit_price=Decimal(PRODUCTS[product - 1][3]),
        )
        for offset, (product, quantity) in enumerate(items)
    )
    return len(items)


def status_of(number: int) -> Status:
    """Return how far an order has come: every ninth is cancelled, old ones are shipped, then paid, then placed."""
    if number % 9 == 0:
        return Status.CANCELLED
    if number <= 28:
        return Status.SHIPPED
    return Status.PAID if number <= 34 else Status.PLACED


def items_of(number: int) -> tuple[tuple[int, int], ...]:
    """Return product id and quantity of each of an order's one to four items, no product twice."""
    if number == ORDER_COUNT:
        return ANAS_LATEST_ITEMS
    # Steps of 11 through 30 products, so four of them never meet.
    return tuple(
        ((number * 7 + 11 * place) % len(PRODUCTS) + 1, 1 + (number + place) % 3) for place in range(1 + number % 4)
    )


def give_token(wanted: str | None) -> str:
    """Return the token of the user `shop`, who is created when missing; `wanted` takes the place of another one."""
    user, _ = User.objects.get_or_create(username="shop")
    if wanted:
        Token.objects.filter(user=user).exclude(key=wanted).delete()
    token, _ = Token.objects.get_or_create(user=user, defaults={"key": wanted or Token.generate_key()})
    return token.key
