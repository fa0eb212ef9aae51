"""Where everything answers."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from shop.views import (
    CustomerViewSet,
    OrderViewSet,
    ProductViewSet,
    SalesReportView,
    health,
)

router = SimpleRouter()
router.register("customers", CustomerViewSet)
router.register("products", ProductViewSet)
router.register("orders", OrderViewSet)

urlpatterns = [
    path("api/", include(router.urls)),
    path("api/reports/sales/", SalesReportView.as_view()),
    path("api/schema/", SpectacularAPIView.as_view()),
    path("healthz", health),
]
