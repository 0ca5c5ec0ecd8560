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
/// @param host who connects
/// @param digests which digests to ask for on every queue
/// @param patience how long to wait for the controller, and it for this host
/// @param transfers how data moves
public record InitiatorOptions(
    InetSocketAddress address,
    String subsystemNqn,
    Host host,
    Digests digests,
    Patience patience,
    Transfers transfers) {
  private static final int TRANSFER_BYTES_MAX = 1024 * 1024;

  /// Who connects.
  ///
  /// @param nqn who this host says it is
  /// @param id the host's identifier, the same on all its connections
  public record Host(String nqn, UUID id) {}

  /// How long to wait.
  ///
  /// @param timeout for connecting and for each command
  /// @param keepAlive after how much silence the controller may drop the association; zero asks for
  ///   never, which a controller may refuse
  public record Patience(Duration timeout, Duration keepAlive) {}

  /// How data moves.
  ///
  /// @param bytesMax the longest data of one command; each slot keeps a buffer of this size
  /// @param readyToTransferMax R2Ts per command that the controller may have outstanding
  /// @param alignmentDwords the alignment wanted of received data, in dwords
  public record Transfers(int bytesMax, int readyToTransferMax, int alignmentDwords) {}

  /// A host of its own kind: name and identifier follow from `hostId`, no digests, 10 s timeout, 60
  /// s keep alive, transfers up to 1 MiB.
  public static InitiatorOptions to(InetSocketAddress address, String subsystemNqn, UUID hostId) {
    return new InitiatorOptions(
        address,
        subsystemNqn,
        new Host("nqn.2014-08.org.nvmexpress:uuid:" + hostId, hostId),
        Digests.NONE,
        new Patience(Duration.ofSeconds(10), Duration.ofSeconds(60)),
        new Transfers(TRANSFER_BYTES_MAX, 1, 1));
  }

  public InitiatorOptions withHostNqn(String nqn) {
    Host renamed = new Host(nqn, host.id);
    return new InitiatorOptions(address, subsystemNqn, renamed, digests, patience, transfers);
  }

  public InitiatorOptions withDigests(Digests wanted) {
    return new InitiatorOptions(address, subsystemNqn, host, wanted, patience, transfers);
  }

  public InitiatorOptions withTimeouts(Duration timeout, Duration keepAlive) {
    Patience other = new Patience(timeout, keepAlive);
    return new InitiatorOptions(address, subsystemNqn, host, digests, other, transfers);
  }

  public InitiatorOptions withTransfers(int bytesMax, int readyToTransferMax, int alignmentDwords) {
    Transfers other = new Transfers(bytesMax, readyToTransferMax, alignmentDwords);
    return new InitiatorOptions(address, subsystemNqn, host, digests, patience, other);
  }
}
