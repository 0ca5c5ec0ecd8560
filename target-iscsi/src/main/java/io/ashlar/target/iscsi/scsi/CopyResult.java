package io.ashlar.target.iscsi.scsi;

/// How an EXTENDED COPY ended, as RECEIVE COPY RESULTS tells it.
///
/// @param listId the name that the initiator gave it
/// @param segments segments that were copied
/// @param bytes bytes that were copied
record CopyResult(int listId, boolean succeeded, int segments, long bytes) {}
