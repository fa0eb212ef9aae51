"""The query parameters of the lists: what they are, what they accept, what they select.

One serializer per list both validates the query and documents it, so the two cannot drift apart.
"""

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from shop.models import Category, Customer, Order, Product, Status


class Query(serializers.Serializer):
    """The query parameters of one list."""

    def select(self, records: QuerySet) -> QuerySet:
        """Return the records that the validated query asks for, in its order: all of them where it asks for nothing."""
        return records


class CustomerQuery(Query):
    """Query of the customer list."""

    search = serializers.CharField(required=False, help_text="Part of the name or email, in any case.")
    city = serializers.CharField(required=False, help_text="The whole name of the city, in any case.")

    def select(self, records: QuerySet[Customer]) -> QuerySet[Customer]:
        """Return the customers that match, by name."""
        query = self.validated_data
        if "search" in query:
            records = records.filter(Q(name__icontains=query["search"]) | Q(email__icontains=query["search"]))
        if "city" in query:
            records = records.filter(city__iexact=query["city"])
        return records.order_by("name", "id")


class ProductQuery(Query):
    """Query of the product list."""

    search = serializers.CharField(required=False, help_text="Part of the name, in any case.")
    category = serializers.ChoiceField(Category, required=False, help_text="Only products of this category.")
    in_stock = serializers.BooleanField(
        required=False,
        help_text="true: only products on the shelf; false: only those sold out.",
    )
    max_price = serializers.DecimalField(
        max_digits=8,
        decimal_places=2,
        min_value=0,
        coerce_to_string=False,
        required=False,
        help_text="Only products that cost this much or less, in euro.",
    )
    ordering = serializers.ChoiceField(
        ["name", "-name", "price", "-price"],
        default="name",
        help_text="Sort by this field; `-` sorts downwards.",
    )

    def select(self, records: QuerySet[Product]) -> QuerySet[Product]:
        """Return the products that match, in the order asked for."""
        query = self.validated_data
        if "search" in query:
            records = records.filter(name__icontains=query["search"])
        if "category" in query:
            records = records.filter(category=query["category"])
        if "in_stock" in query:
            records = records.filter(stock__gt=0) if query["in_stock"] else records.filter(stock=0)
        if "max_price" in query:
            records = records.filter(price__lte=query["max_price"])
        return records.order_by(query["ordering"], "id")


class OrderQuery(Query):
    """Query of the order list."""

    customer = serializers.IntegerField(
        min_value=1,
        required=False,
        help_text="Only orders of the customer with this id.",
    )
    status = serializers.ChoiceField(Status, required=False, help_text="Only orders that have come this far.")
    ordering = serializers.ChoiceField(
        ["placed_at", "-placed_at"],
        default="-placed_at",
        help_text="`-placed_at`: newest first; `placed_at`: oldest first.",
    )

    def select(self, records: QuerySet[Order]) -> QuerySet[Order]:
        """Return the orders that match, in the order asked for."""
        query = self.validated_data
        if "customer" in query:
            # Not `customer=`: a number beyond SQLite's integers selects nothing this way, and fails that way.
            records = records.filter(customer__id=query["customer"])
        if "status" in query:
            records = records.filter(status=query["status"])
        return records.order_by(query["ordering"], "-id")


def select(query_class: type[Query], request: Request, records: QuerySet) -> QuerySet:
    """Return the records that the request's query asks for.

    Raises:
        ValidationError: A parameter has a value it does not accept; answered with 400 and `{parameter: [message]}`.
    """
    # A plain dict: in a QueryDict, a form to DRF, an absent boolean counts as false.
    query = query_class(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    return query.select(records)
