/// A [io.ashlar.replication.metadata.MetadataStore] on one node's disk: a log of committed commands
/// behind a snapshot. A real end of the port, so it may use files and locks.
///
/// A directory holds `metadata.lock`, kept locked while a process uses it, and one
/// `metadata-<version>.log`: records as [LogRecord] draws them, the first a snapshot of the state
/// at that version, each further one a command. A compaction writes the next file aside, makes it
/// durable, gives it its name and then deletes its predecessor, so that at every moment the file of
/// the highest version is whole.
@NullMarked
package io.ashlar.replication.metadata.local;

import org.jspecify.annotations.NullMarked;
