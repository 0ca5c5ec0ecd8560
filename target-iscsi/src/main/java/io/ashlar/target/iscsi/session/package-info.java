/// # iSCSI connections and sessions (RFC 7143)
///
/// An [IscsiConnection] is one socket. It logs in ([LoginPhase], [LoginNegotiation]), moves to the
/// shard of the volume that it named, and then serves commands ([FullFeaturePhase]) or, in a
/// discovery session, tells which targets there are ([DiscoveryPhase]). A session has one
/// connection and error recovery level 0: whatever breaks a connection ends its session.
@NullMarked
package io.ashlar.target.iscsi.session;

import org.jspecify.annotations.NullMarked;
