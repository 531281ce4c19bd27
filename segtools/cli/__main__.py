"""`python -m segtools.cli`."""

from segtools.cli.entry import main

if __name__ == "__main__":
    main()
