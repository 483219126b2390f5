"""What Balcão asks of Vendure's admin API, as GraphQL. The type definitions of `@vendure/core` 3 are the
contract; what stands here needs the rights ReadOrder and UpdateOrder and no other."""

from __future__ import annotations

from desktop.connectors._vendure_words import Shop

LOGIN = """
mutation ($user: String!, $password: String!) {
  login(username: $user, password: $password) { __typename ... on ErrorResult { errorCode message } }
}"""
STILL_IN = "{ activeChannel { token } }"
PRECISION = "{ globalSettings { serverConfig { moneyStrategyPrecision } } }"

_PARTS = """
fragment Parts on Order {
  id code state orderPlacedAt currencyCode totalWithTax
  channels { code }
  customer { firstName lastName emailAddress phoneNumber }
  shippingAddress {
    fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber
  }
  lines {
    id quantity orderPlacedQuantity unitPriceWithTax discountedUnitPriceWithTax proratedLinePriceWithTax
    productVariant { sku name%(product)s }
  }
  shippingLines { shippingMethod { code name fulfillmentHandlerCode } }
  payments { id method amount state createdAt refunds { id total state reason } }
  fulfillments {
    id state method trackingCode updatedAt nextStates lines { orderLineId quantity }
  }
  history(options: {filter: {type: {in: ["ORDER_NOTE", "ORDER_CANCELLATION"]}}, sort: {id: ASC}}) {
    items { type data }
  }%(order)s
}"""


def one_order(shop: Shop) -> str:
    return "query ($id: ID!) { order(id: $id) { ...Parts } }" + _parts(shop)


def page_of_orders(shop: Shop) -> str:
    query = (
        "query ($options: OrderListOptions!) { orders(options: $options) { items { ...Parts } } }"
    )
    return query + _parts(shop)


PAGE_OF_IDS = """
query ($options: OrderListOptions!) { orders(options: $options) { items { id orderPlacedAt } } }"""


def _parts(shop: Shop) -> str:
    product, order = shop.product_fields, shop.order_fields
    return _PARTS % {
        "product": f" customFields {{ {' '.join(product)} }}" if product else "",
        "order": f"\n  customFields {{ {' '.join(order)} }}" if order else "",
    }


_REFUSAL = "... on ErrorResult { errorCode message }"
_TRANSITION = "{ transitionError fromState toState }"

SETTLE_PAYMENT = f"""
mutation ($id: ID!) {{
  done: settlePayment(id: $id) {{
    ... on Payment {{ state }} {_REFUSAL}
    ... on SettlePaymentError {{ paymentErrorMessage }}
    ... on PaymentStateTransitionError {_TRANSITION}
    ... on OrderStateTransitionError {_TRANSITION}
  }}
}}"""
CANCEL_PAYMENT = f"""
mutation ($id: ID!) {{
  done: cancelPayment(id: $id) {{
    ... on Payment {{ state }} {_REFUSAL}
    ... on CancelPaymentError {{ paymentErrorMessage }}
    ... on PaymentStateTransitionError {_TRANSITION}
  }}
}}"""
FULFIL = f"""
mutation ($input: FulfillOrderInput!) {{
  done: addFulfillmentToOrder(input: $input) {{
    ... on Fulfillment {{
      id state method trackingCode updatedAt nextStates lines {{ orderLineId quantity }}
    }}
    {_REFUSAL}
    ... on InsufficientStockOnHandError {{ productVariantName stockOnHand }}
    ... on FulfillmentStateTransitionError {_TRANSITION}
    ... on CreateFulfillmentError {{ fulfillmentHandlerError }}
  }}
}}"""
MOVE_FULFILMENT = f"""
mutation ($id: ID!, $state: String!) {{
  done: transitionFulfillmentToState(id: $id, state: $state) {{
    ... on Fulfillment {{ state }} {_REFUSAL}
    ... on FulfillmentStateTransitionError {_TRANSITION}
  }}
}}"""
MOVE_ORDER = f"""
mutation ($id: ID!, $state: String!) {{
  done: transitionOrderToState(id: $id, state: $state) {{
    ... on Order {{ state }} {_REFUSAL}
    ... on OrderStateTransitionError {_TRANSITION}
  }}
}}"""
CANCEL_ORDER = f"""
mutation ($input: CancelOrderInput!) {{
  done: cancelOrder(input: $input) {{
    ... on Order {{ state }} {_REFUSAL}
    ... on OrderStateTransitionError {_TRANSITION}
  }}
}}"""
REFUND = f"""
mutation ($input: RefundOrderInput!) {{
  done: refundOrder(input: $input) {{
    ... on Refund {{ state }} {_REFUSAL}
    ... on OrderStateTransitionError {_TRANSITION}
    ... on RefundStateTransitionError {_TRANSITION}
  }}
}}"""
SET_FIELDS = """
mutation ($input: UpdateOrderInput!) { done: setOrderCustomFields(input: $input) { state } }"""
ADD_NOTE = """
mutation ($input: AddNoteToOrderInput!) { done: addNoteToOrder(input: $input) { state } }"""
