"""The channels of deliveries, each as an adapter with one interface."""
