"""x"""
def report_faults(*a, **k): return 0
