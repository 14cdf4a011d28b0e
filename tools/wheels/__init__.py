"""Everything that `build_wheel.sh` makes: wheels, the static index, the lock file of the application."""
