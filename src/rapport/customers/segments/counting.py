"""Counting many customers."""

import re

from django.db import connection, transaction
from django.db.models import QuerySet

from rapport.customers.models import Customer

_NOT_IN = re.compile(r"NOT \(.{0,80}? IN \(SELECT")


def number_of(customers: QuerySet[Customer]) -> int:
    """How many there are.

    Of what they must not be in, each of PostgreSQL's workers gathers all rows by itself: on two cores three of them
    took twice as long as one alone.
    """
    customers = customers.order_by()
    if connection.vendor != "postgresql" or not _NOT_IN.search(str(customers.query)):
        return customers.count()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_parallel_workers_per_gather')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('max_parallel_workers_per_gather', '0', true)")
        counted = customers.count()
        cursor.execute("SELECT set_config('max_parallel_workers_per_gather', %s, true)", [before])
    return counted
