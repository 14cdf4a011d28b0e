"""Do the tests notice? Small faults are put into the kernel one at a time, and each should be found.

`make mutation` runs it: cosmic-ray makes the faults (mutants), the differential scenarios and the kernel's
own tests look for them, and kernel/MUTATION.md says which ones nobody found.
"""
