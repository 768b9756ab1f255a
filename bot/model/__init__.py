"""What paperround talks about: papers, channels, subscriptions, digests, deliveries."""
