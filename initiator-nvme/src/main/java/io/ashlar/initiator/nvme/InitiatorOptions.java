package io.ashlar.initiator.nvme;

import io.ashlar.initiator.nvme.queue.Digests;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.UUID;

/// Which subsystem to connect to, and as whom. Start from [#to] and change what differs.
///
/// @param address where a controller of the subsystem listens
/// @param subsystemNqn the subsystem, or
///   [io.ashlar.initiator.nvme.command.FabricsCommands#DISCOVERY_NQN]
/// @param hostNqn who this host says it is
/// @param hostId the host's identifier, the same on all its connections
/// @param digests which digests to ask for on every queue
/// @param timeout for connecting and for each command
/// @param keepAlive after how much silence the controller may drop the association; zero asks for
///   never, which a controller may refuse
/// @param transferBytesMax the longest data of one command; each slot keeps a buffer of this size
/// @param readyToTransferMax R2Ts per command that the controller may have outstanding
/// @param alignmentDwords the alignment wanted of received data, in dwords
public record InitiatorOptions(
    InetSocketAddress address,
    String subsystemNqn,
    String hostNqn,
    UUID hostId,
    Digests digests,
    Duration timeout,
    Duration keepAlive,
    int transferBytesMax,
    int readyToTransferMax,
    int alignmentDwords) {
  private static final int TRANSFER_BYTES_MAX = 1024 * 1024;

  /// A host of its own kind: name and identifier follow from `hostId`, no digests, 10 s timeout, 60
  /// s keep alive, transfers up to 1 MiB.
  public static InitiatorOptions to(InetSocketAddress address, String subsystemNqn, UUID hostId) {
    return new InitiatorOptions(
        address,
        subsystemNqn,
        "nqn.2014-08.org.nvmexpress:uuid:" + hostId,
        hostId,
        Digests.NONE,
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        TRANSFER_BYTES_MAX,
        1,
        1);
  }

  public InitiatorOptions withHostNqn(String hostNqn) {
    return new InitiatorOptions(
        address,
        subsystemNqn,
        hostNqn,
        hostId,
        digests,
        timeout,
        keepAlive,
        transferBytesMax,
        readyToTransferMax,
        alignmentDwords);
  }

  public InitiatorOptions withDigests(Digests digests) {
    return new InitiatorOptions(
        address,
        subsystemNqn,
        hostNqn,
        hostId,
        digests,
        timeout,
        keepAlive,
        transferBytesMax,
        readyToTransferMax,
        alignmentDwords);
  }

  public InitiatorOptions withTimeouts(Duration timeout, Duration keepAlive) {
    return new InitiatorOptions(
        address,
        subsystemNqn,
        hostNqn,
        hostId,
        digests,
        timeout,
        keepAlive,
        transferBytesMax,
        readyToTransferMax,
        alignmentDwords);
  }

  public InitiatorOptions withTransfers(
      int transferBytesMax, int readyToTransferMax, int alignmentDwords) {
    return new InitiatorOptions(
        address,
        subsystemNqn,
        hostNqn,
        hostId,
        digests,
        timeout,
        keepAlive,
        transferBytesMax,
        readyToTransferMax,
        alignmentDwords);
  }
}
