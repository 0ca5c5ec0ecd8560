/// Who is who in a cluster, proved by certificates: the cluster's own authority issues one to each
/// node, which names the cluster and the node's number. One of the real ends of the project: it
/// draws keys and keeps files. Times come from the caller.
///
/// Everything is EC P-256 with SHA-256, and X.509 in PEM.
@NullMarked
package io.ashlar.replication.identity;

import org.jspecify.annotations.NullMarked;
