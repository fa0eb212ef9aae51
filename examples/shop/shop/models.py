"""The shop's tables."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone


class Customer(models.Model):
    """Someone who buys."""

    name = models.CharField(max_length=120, help_text="Full name.")
    email = models.EmailField(unique=True, help_text="Unique among customers.")
    phone = models.CharField(
        max_length=32,
        null=True,
        blank=True,
        help_text="With country code; null when unknown.",
    )
    city = models.CharField(max_length=80, help_text="City to deliver to.")
    created_at = models.DateTimeField(default=timezone.now, editable=False, help_text="When the customer signed up.")

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Category(models.TextChoices):
    """Where a product stands in the shop."""

    BOOKS = "books", "Books"
    ELECTRONICS = "electronics", "Electronics"
    GARDEN = "garden", "Garden"
    KITCHEN = "kitchen", "Kitchen"
    TOYS = "toys", "Toys"


class Product(models.Model):
    """Something to buy."""

    sku = models.SlugField(max_length=40, unique=True, help_text="Stock keeping unit, such as `kettle-17`.")
    name = models.CharField(max_length=120, help_text="Name on the label.")
    category = models.CharField(
        max_length=20,
        choices=Category,
        help_text="Where the product stands in the shop.",
    )
    price = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Price of one piece, in euro.",
    )
    stock = models.PositiveIntegerField(default=0, help_text="Pieces on the shelf.")

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def in_stock(self) -> bool:
        """Whether at least one piece is on the shelf."""
        return self.stock > 0


class Status(models.TextChoices):
    """How far an order has come."""

    PLACED = "placed", "Placed"
    PAID = "paid", "Paid"
    SHIPPED = "shipped", "Shipped"
    CANCELLED = "cancelled", "Cancelled"


class Order(models.Model):
    """What one customer bought at one time."""

    OPEN = (Status.PLACED, Status.PAID)

    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="orders",
        help_text="Id of the customer who ordered.",
    )
    status = models.CharField(
        max_length=20,
        choices=Status,
        default=Status.PLACED,
        help_text="How far the order has come.",
    )
    placed_at = models.DateTimeField(default=timezone.now, editable=False, help_text="When the order was placed.")
    note = models.CharField(
        max_length=500,
        null=True,
        blank=True,
        help_text="The customer's wish; null when there is none.",
    )

    def __str__(self) -> str:
        """Return `order` and its id."""
        return f"order {self.pk}"

    @property
    def total(self) -> Decimal:
        """The sum of all items, in euro."""
        return sum((item.quantity * item.unit_price for item in self.items.all()), Decimal(0))


class OrderItem(models.Model):
    """One product in one order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        related_name="order_items",
        help_text="Id of the product.",
    )
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1)], help_text="Number of pieces.")
    unit_price = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        help_text="Price of one piece when it was ordered, in euro.",
    )

    def __str__(self) -> str:
        """Return the quantity and the product."""
        return f"{self.quantity} x {self.product}"
