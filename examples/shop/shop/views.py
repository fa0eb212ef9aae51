"""The API's endpoints."""

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet

from shop import orders, png
from shop.models import Customer, Order, Product, Status
from shop.queries import CustomerQuery, OrderQuery, ProductQuery, select
from shop.renderers import CsvRenderer, PngRenderer
from shop.serializers import (
    CustomerSerializer,
    ErrorSerializer,
    OrderSerializer,
    ProductSerializer,
)


def health(request: HttpRequest) -> HttpResponse:
    """Answer `ok` to whoever asks whether the shop is up."""
    return HttpResponse("ok", content_type="text/plain")


@extend_schema_view(
    list=extend_schema(
        summary="List customers",
        description="Lists customers by name, optionally only those whose name, email or city matches.",
        parameters=[CustomerQuery],
    ),
    retrieve=extend_schema(summary="Get a customer", description="Returns one customer by id."),
    create=extend_schema(
        summary="Add a customer",
        description="Adds a customer; the email must not be in use yet.",
    ),
    update=extend_schema(
        summary="Replace a customer",
        description="Replaces all writable fields of a customer.",
    ),
    partial_update=extend_schema(
        summary="Change a customer",
        description="Changes the given fields of a customer.",
    ),
    destroy=extend_schema(
        summary="Delete a customer",
        description="Deletes a customer who has no orders.",
        responses={204: None, 409: ErrorSerializer},
    ),
)
class CustomerViewSet(ModelViewSet):
    """Customers."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer

    def filter_queryset(self, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        """Apply the list's query parameters; a single customer has none."""
        return select(CustomerQuery, self.request, queryset) if self.action == "list" else queryset


@extend_schema_view(
    list=extend_schema(
        summary="List products",
        description="Lists products, optionally only those of a category, up to a price, on the shelf or sold out.",
        parameters=[ProductQuery],
    ),
    retrieve=extend_schema(
        summary="Get a product",
        description="Returns one product by id, with its present stock.",
    ),
    create=extend_schema(
        summary="Add a product",
        description="Adds a product; the SKU must not be in use yet.",
    ),
    update=extend_schema(
        summary="Replace a product",
        description="Replaces all writable fields of a product.",
    ),
    partial_update=extend_schema(
        summary="Change a product",
        description="Changes the given fields of a product, such as its price or stock.",
    ),
    destroy=extend_schema(
        summary="Delete a product",
        description="Deletes a product that was never ordered.",
        responses={204: None, 409: ErrorSerializer},
    ),
)
class ProductViewSet(ModelViewSet):
    """Products."""

    queryset = Product.objects.all()
    serializer_class = ProductSerializer

    def filter_queryset(self, queryset: QuerySet[Product]) -> QuerySet[Product]:
        """Apply the list's query parameters; a single product has none."""
        return select(ProductQuery, self.request, queryset) if self.action == "list" else queryset

    @extend_schema(
        summary="Get a product's label",
        description="Returns the label to print for a product, as a PNG image.",
        responses={(200, "image/png"): OpenApiTypes.BINARY},
    )
    @action(detail=True, renderer_classes=[PngRenderer])
    def label(self, request: Request, pk: str) -> Response:
        """Return the product's label."""
        return Response(png.label(self.get_object().sku))


@extend_schema_view(
    list=extend_schema(
        summary="List orders",
        description="Lists orders with their items, newest first, optionally of one customer or one status.",
        parameters=[OrderQuery],
    ),
    retrieve=extend_schema(
        summary="Get an order",
        description="Returns one order by id, with its items and total.",
    ),
    create=extend_schema(
        summary="Place an order",
        description="Places an order at the products' present prices and lowers their stock.",
    ),
    update=extend_schema(
        summary="Replace an order",
        description="Replaces all writable fields of an order; items that differ are taken at the present prices.",
    ),
    partial_update=extend_schema(
        summary="Change an order",
        description="Changes the given fields of an order, such as its status or note.",
    ),
    destroy=extend_schema(
        summary="Delete an order",
        description="Deletes an order; unless it was shipped, its items go back into stock.",
    ),
)
class OrderViewSet(ModelViewSet):
    """Orders."""

    queryset = Order.objects.prefetch_related("items__product")
    serializer_class = OrderSerializer

    def filter_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Apply the list's query parameters; a single order has none."""
        return select(OrderQuery, self.request, queryset) if self.action == "list" else queryset

    def perform_destroy(self, instance: Order) -> None:
        """Delete the order and keep the stock right."""
        orders.delete(instance)

    @extend_schema(
        summary="Cancel an order",
        description="Cancels a placed or paid order and puts its items back into stock.",
        request=None,
        responses={200: OrderSerializer, 409: ErrorSerializer},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel the order and return it."""
        order = self.get_object()
        orders.cancel(order)
        return Response(self.get_serializer(order).data)


class SalesReportView(APIView):
    """What was sold."""

    renderer_classes = (CsvRenderer,)

    @extend_schema(
        summary="Report sales",
        description="Returns the pieces sold of each product, cancelled orders left out, as CSV: sku, name, quantity.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> Response:
        """Return one row per product, in the order of the SKUs."""
        sold = Coalesce(
            Sum(
                "order_items__quantity",
                filter=~Q(order_items__order__status=Status.CANCELLED),
            ),
            0,
        )
        rows = Product.objects.annotate(sold=sold).order_by("sku").values_list("sku", "name", "sold")
        return Response([("sku", "name", "quantity"), *rows])
