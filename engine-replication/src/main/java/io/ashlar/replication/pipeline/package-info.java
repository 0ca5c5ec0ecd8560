/// A volume's writes on their way to its replicas: the primary's side, the followers' side, and
/// what they say to each other.
@NullMarked
package io.ashlar.replication.pipeline;

import org.jspecify.annotations.NullMarked;
