"""The records as the API shows and accepts them."""

from typing import Any

from rest_framework import serializers

from shop import orders
from shop.models import Customer, Order, OrderItem, Product, Status


class ErrorSerializer(serializers.Serializer):
    """Why a request was refused."""

    detail = serializers.CharField(help_text="One sentence for a person.")


class CustomerSerializer(serializers.ModelSerializer):
    """Someone who buys."""

    class Meta:
        """Every column."""

        model = Customer
        fields = ("id", "name", "email", "phone", "city", "created_at")
        read_only_fields = ("created_at",)


class ProductSerializer(serializers.ModelSerializer):
    """Something to buy."""

    in_stock = serializers.BooleanField(read_only=True, help_text="Whether at least one piece is on the shelf.")

    class Meta:
        """Every column, and whether any are left."""

        model = Product
        fields = ("id", "sku", "name", "category", "price", "stock", "in_stock")


class OrderItemSerializer(serializers.ModelSerializer):
    """One product in one order."""

    product_name = serializers.CharField(source="product.name", read_only=True, help_text="Name of the product.")

    class Meta:
        """The price is the product's at the time of ordering, so nobody sends it."""

        model = OrderItem
        fields = ("product", "product_name", "quantity", "unit_price")
        read_only_fields = ("unit_price",)


class OrderSerializer(serializers.ModelSerializer):
    """What one customer bought at one time."""

    items = OrderItemSerializer(many=True, allow_empty=False, help_text="The ordered products, each one once.")
    total = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        read_only=True,
        help_text="Sum of all items, in euro.",
    )

    class Meta:
        """Every column, the items and their sum."""

        model = Order
        fields = ("id", "customer", "status", "placed_at", "note", "items", "total")
        read_only_fields = ("placed_at",)

    def validate_status(self, status: str) -> str:
        """Leave cancelling to the cancel action, which also puts the items back on the shelf."""
        now = self.instance.status if self.instance else Status.PLACED
        if status != now and Status.CANCELLED in (status, now):
            raise serializers.ValidationError("Only the cancel action cancels an order, and it is final.")
        return status

    def validate_items(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a product that is listed twice, and other items than before once an order is closed."""
        wanted = {line["product"].pk: line["quantity"] for line in lines}
        if len(wanted) < len(lines):
            raise serializers.ValidationError("Each product may be listed once; raise its quantity instead.")
        if self.instance and self.instance.status not in Order.OPEN and wanted != self._ordered():
            raise serializers.ValidationError(f"The items of a {self.instance.status} order are final.")
        return lines

    def create(self, validated_data: dict[str, Any]) -> Order:
        """Place the order and lower the stock."""
        return orders.place(validated_data.pop("items"), **validated_data)

    def update(self, instance: Order, validated_data: dict[str, Any]) -> Order:
        """Change the order; items that differ from the present ones replace them all, at today's price."""
        lines = validated_data.pop("items", None)
        if lines is not None and {line["product"].pk: line["quantity"] for line in lines} != self._ordered():
            orders.replace_items(instance, lines)
        return super().update(instance, validated_data)

    def _ordered(self) -> dict[int, int]:
        return {item.product_id: item.quantity for item in self.instance.items.all()}
