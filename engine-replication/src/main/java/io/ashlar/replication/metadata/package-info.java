/// What the cluster knows of itself, and the port through which it is agreed on.
///
/// A [ClusterCommand] is proposed to a [MetadataStore]; once committed, [ClusterState#apply] turns
/// the state before it into the state after it, the same on every node: no clock, no dice, no order
/// that is not sorted. Who holds a volume and who serves it is the state's [Replication], changed
/// by [ReplicaCommand]s. Bindings differ only in how a command is committed: a log on one node
/// (`metadata.local`), Raft on one or several (`metadata.raft`).
///
/// Nothing on the data path waits for this package.
@NullMarked
package io.ashlar.replication.metadata;

import org.jspecify.annotations.NullMarked;
