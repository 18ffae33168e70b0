from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "rapport.conversations"
    label = "conversations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.conversations.about_orders import conversations_about
        from rapport.conversations.filtering import of_customers
        from rapport.conversations.saved import views_asking_for
        from rapport.conversations.telling_of_customers import register_signals
        from rapport.customers.segments import queries, vocabulary
        from rapport.sales.orders import cards

        vocabulary.register(vocabulary.Family("talk", of_customers.subjects))
        queries.register_use(views_asking_for)
        register_signals()
        cards.tell_conversations(conversations_about)
