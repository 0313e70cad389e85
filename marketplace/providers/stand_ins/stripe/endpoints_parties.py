"""Calls about accounts, customers, and what customers keep to pay with."""

from __future__ import annotations

from .endpoint import row
from .operations import methods, onboarding, parties, setups

_ACCOUNT = "business_profile business_type capabilities country default_currency email metadata type controller"
_CUSTOMER = "email name phone description metadata"
_SETUP = (
    "customer payment_method usage confirm return_url description metadata allowed_payment_method_types"
    " excluded_payment_method_types automatic_payment_methods mandate_data"
)

PARTIES = (
    row(
        "POST",
        "account_links",
        "AccountLinkCreateParams",
        "AccountLink",
        onboarding.create_link,
        "account type return_url refresh_url collect collection_options",
    ),
    row("GET", "account", "AccountRetrieveCurrentParams", "Account", parties.own_account),
    row("POST", "accounts", "AccountCreateParams", "Account", parties.create_account, _ACCOUNT),
    row("GET", "accounts", "AccountListParams", "Account", parties.list_accounts),
    row("GET", "accounts/<id>", "AccountRetrieveParams", "Account", parties.retrieve_account),
    row(
        "POST",
        "accounts/<id>",
        "AccountUpdateParams",
        "Account",
        parties.modify_account,
        "business_profile business_type capabilities email metadata",
    ),
    row("POST", "customers", "CustomerCreateParams", "Customer", parties.create_customer, _CUSTOMER),
    row("GET", "customers", "CustomerListParams", "Customer", parties.list_customers, "email"),
    row("GET", "customers/<id>", "CustomerRetrieveParams", "Customer", parties.retrieve_customer),
    row("POST", "customers/<id>", "CustomerUpdateParams", "Customer", parties.modify_customer, _CUSTOMER),
    row("DELETE", "customers/<id>", "CustomerDeleteParams", "Customer", parties.delete_customer),
    row(
        "GET",
        "customers/<id>/payment_methods",
        "CustomerPaymentMethodListParams",
        "PaymentMethod",
        methods.list_of_customer,
        "type allow_redisplay",
    ),
    row(
        "GET",
        "customers/<id>/payment_methods/<method>",
        "CustomerPaymentMethodRetrieveParams",
        "PaymentMethod",
        methods.retrieve_of_customer,
    ),
    row(
        "GET",
        "payment_methods",
        "PaymentMethodListParams",
        "PaymentMethod",
        methods.list_methods,
        "customer type allow_redisplay",
    ),
    row("GET", "payment_methods/<id>", "PaymentMethodRetrieveParams", "PaymentMethod", methods.retrieve),
    row(
        "POST",
        "payment_methods/<id>",
        "PaymentMethodUpdateParams",
        "PaymentMethod",
        methods.modify,
        "metadata allow_redisplay",
    ),
    row(
        "POST",
        "payment_methods/<id>/attach",
        "PaymentMethodAttachParams",
        "PaymentMethod",
        methods.attach,
        "customer",
    ),
    row("POST", "payment_methods/<id>/detach", "PaymentMethodDetachParams", "PaymentMethod", methods.detach),
    row("GET", "mandates/<id>", "MandateRetrieveParams", "Mandate", methods.retrieve_mandate),
    row("POST", "setup_intents", "SetupIntentCreateParams", "SetupIntent", setups.create, _SETUP),
    row(
        "GET",
        "setup_intents",
        "SetupIntentListParams",
        "SetupIntent",
        setups.list_setups,
        "customer payment_method",
    ),
    row("GET", "setup_intents/<id>", "SetupIntentRetrieveParams", "SetupIntent", setups.retrieve),
    row(
        "POST",
        "setup_intents/<id>",
        "SetupIntentUpdateParams",
        "SetupIntent",
        setups.modify,
        "description metadata",
    ),
    row(
        "POST",
        "setup_intents/<id>/confirm",
        "SetupIntentConfirmParams",
        "SetupIntent",
        setups.confirm,
        "payment_method return_url mandate_data",
    ),
    row(
        "POST",
        "setup_intents/<id>/cancel",
        "SetupIntentCancelParams",
        "SetupIntent",
        setups.cancel,
        "cancellation_reason",
    ),
)
