/// The port to the other nodes of the cluster. What is built on it takes for granted that a message
/// which arrives is whole, and nothing else.
@NullMarked
package io.ashlar.replication.transport;

import org.jspecify.annotations.NullMarked;
