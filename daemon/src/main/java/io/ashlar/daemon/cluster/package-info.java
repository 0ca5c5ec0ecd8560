/// What makes several daemons a cluster: who this node is in it, how one is begun ([Founder]) and
/// joined by a one-time token ([Joiner], [Issuer]), the door at which nodes ask each other
/// ([Door]), and the metadata that they agree on ([ClusterMetadata]).
///
/// ## How far it got
///
/// All that a node is in a cluster lies in `cluster/` in its data directory, which appears as a
/// whole ([ClusterDirectory]). [Stage] says how far the node got; every start goes on from there,
/// so that a crash at any step costs a start and nothing else.
@NullMarked
package io.ashlar.daemon.cluster;

import org.jspecify.annotations.NullMarked;
