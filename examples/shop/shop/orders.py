"""What happens to orders and stock: each function does all of its work or none."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from rest_framework.exceptions import ValidationError

from shop.errors import Conflict
from shop.models import Order, OrderItem, Product, Status

Lines = Sequence[Mapping[str, Any]]
"""What is ordered: the `product` and `quantity` of each line."""


@transaction.atomic
def place(lines: Lines, **fields: Any) -> Order:
    """Create an order and take its lines off the shelf."""
    order = Order.objects.create(**fields)
    add_items(order, lines)
    return order


@transaction.atomic
def replace_items(order: Order, lines: Lines) -> None:
    """Put the order's items back on the shelf and take `lines` instead."""
    put_back(order.items.all())
    order.items.all().delete()
    add_items(order, lines)


@transaction.atomic
def cancel(order: Order) -> None:
    """Cancel an open order and put its items back on the shelf.

    Raises:
        Conflict: The order is shipped, or cancelled already.
    """
    # The condition is part of the write, so of two callers at once only one cancels.
    if not Order.objects.filter(pk=order.pk, status__in=Order.OPEN).update(status=Status.CANCELLED):
        order.refresh_from_db(fields=["status"])
        raise Conflict(f"Order {order.pk} is {order.status} and cannot be cancelled.")
    order.status = Status.CANCELLED
    put_back(order.items.all())


@transaction.atomic
def delete(order: Order) -> None:
    """Delete an order; the items of an open one go back on the shelf."""
    if order.status in Order.OPEN:
        put_back(order.items.all())
    order.delete()


def add_items(order: Order, lines: Lines) -> None:
    """Take `lines` off the shelf at today's price.

    Raises:
        ValidationError: A line asks for more than there is; one message per such line.
    """
    short = [line["product"] for line in lines if not take(line["product"], line["quantity"])]
    if short:
        raise ValidationError({"items": [f"Only {product.stock} of {product.name} in stock." for product in short]})
    OrderItem.objects.bulk_create(OrderItem(order=order, unit_price=line["product"].price, **line) for line in lines)


def take(product: Product, quantity: int) -> bool:
    """Lower the product's stock if there is enough; return whether there was."""
    enough = Product.objects.filter(pk=product.pk, stock__gte=quantity).update(stock=F("stock") - quantity)
    product.refresh_from_db(fields=["stock"])
    return bool(enough)


def put_back(items: Iterable[OrderItem]) -> None:
    """Raise the stock of each item's product by what had been ordered."""
    for item in items:
        Product.objects.filter(pk=item.product_id).update(stock=F("stock") + item.quantity)
