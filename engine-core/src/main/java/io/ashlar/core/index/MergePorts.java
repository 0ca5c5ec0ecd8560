package io.ashlar.core.index;

/// What a merge works with besides the tables.
record MergePorts(
    PageCache cache,
    PageIo io,
    SpaceLedger ledger,
    ReapList reapList,
    IndexStatistics statistics) {}
