"""What every host-like target stands on: the host runner, its fence, the release layout, service managers."""
