/// A [io.ashlar.replication.metadata.MetadataStore] agreed on by one node or several, by Apache
/// Ratis, which nothing outside this package sees. A real end of the port, so it may use threads,
/// sockets, files and clocks.
///
/// [ProposalSender] puts what a node proposes into batches, one entry of the Raft log each, and
/// sends them to the leader one after the other; [Ledger] applies them, at most once each, the same
/// on every node; [CommittedView] shows the outcome. [RatisNode] is all that talks to Ratis.
///
/// ## What is on disk
///
/// `<directory>/metadata.lock` is kept locked while a process uses the directory.
/// `<directory>/<cluster>/` is Ratis' own: `current/` has the log's segments, the term and the
/// vote, `sm/` has snapshots as [LedgerImage] draws them. [StorageCheck] proves all of it before
/// Ratis reads it, since Ratis would take a store whose files are gone for a new one.
@NullMarked
package io.ashlar.replication.metadata.raft;

import org.jspecify.annotations.NullMarked;
