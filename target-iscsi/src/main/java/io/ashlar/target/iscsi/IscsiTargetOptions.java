package io.ashlar.target.iscsi;

import io.ashlar.core.base.Check;
import io.ashlar.target.iscsi.session.ChapAlgorithm;
import io.ashlar.target.iscsi.session.Portal;
import io.ashlar.target.iscsi.session.SessionLimits;
import java.util.List;

/// How an iSCSI target is set up.
///
/// @param limits what sessions may use
/// @param chapAlgorithms the hashes that CHAP may use; add MD5 only for initiators that know no
///   other
/// @param discoveryNeedsProof whether discovery sessions must authenticate
/// @param addresses the "host:port" that discovery tells; empty for the one that the initiator used
/// @param bufferBytesPerShard the budget for data on their way, in each shard
/// @param connectionsMax connections in all; further ones are closed at once
public record IscsiTargetOptions(
    SessionLimits limits,
    List<ChapAlgorithm> chapAlgorithms,
    boolean discoveryNeedsProof,
    List<String> addresses,
    long bufferBytesPerShard,
    int connectionsMax) {
  public static final IscsiTargetOptions DEFAULT =
      new IscsiTargetOptions(
          SessionLimits.DEFAULT,
          List.of(ChapAlgorithm.SHA_256, ChapAlgorithm.SHA3_256),
          false,
          List.of(),
          64L * 1024 * 1024,
          16_384);

  public IscsiTargetOptions {
    chapAlgorithms = List.copyOf(chapAlgorithms);
    addresses = List.copyOf(addresses);
    Check.that(!chapAlgorithms.isEmpty(), "CHAP has an algorithm");
    Check.that(
        bufferBytesPerShard >= Portal.BUFFER_BYTES_MIN,
        "a shard's memory holds two of the longest transfers",
        bufferBytesPerShard,
        Portal.BUFFER_BYTES_MIN);
    Check.that(connectionsMax > 0, "connections are allowed", connectionsMax);
  }
}
