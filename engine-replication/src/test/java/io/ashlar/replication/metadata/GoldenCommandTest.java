package io.ashlar.replication.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.ChangeVolume;
import io.ashlar.replication.metadata.ReplicaCommand.AcceptDataLoss;
import io.ashlar.replication.metadata.ReplicaCommand.AttachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeMembers;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeSet;
import io.ashlar.replication.metadata.ReplicaCommand.DetachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.FenceNode;
import io.ashlar.replication.metadata.ReplicaCommand.HandOver;
import io.ashlar.replication.metadata.ReplicaCommand.PlaceVolume;
import io.ashlar.replication.metadata.ReplicaCommand.SetChange;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// Bytes that were written once. If this fails, the format has changed and existing logs would not
/// be read any more.
class GoldenCommandTest {
  private static final String CHANGE_VOLUME =
      "dcace52701000600090000000000000001000000000000000200000000000000"
          + "0200646200000000020000000002000007000000000000000100f40100000000"
          + "00000000100000000000fa000000010000000f006e716e2e323032362d31312e"
          + "783a680100610100620200";

  private static final String STATE_OF_KIND_100 =
      "8b40a16301006400010000000000000001000000000000000200000000000000"
          + "0100000000000000000000000000000000000000";

  private static final List<String> REPLICA_COMMANDS =
      List.of(
          "8e97271601000800010000000000000002000000000000000200646200000000"
              + "020000000002000007000000000000000100f401000000000000000010000000"
              + "0000fa000000010000000f006e716e2e323032362d31312e783a680100610100"
              + "6202000200000005000000000000000600000000000000050000000000000007"
              + "000000000000000500000000000000060000000000000002000000",
          "de9b54fd01000900050000000000000006000000000000000700000000000000" + "08000000",
          "7cf318e301000a00050000000000000006000000000000000700000000000000",
          "d3ca6bb001000b00090000000000000009000000000000000700000000000000",
          "86a3b44601000c00010000000000000002000000000000000200000005000000"
              + "0000000006000000000000000500000000000000070000000000000005000000"
              + "00000000060000000000000002000000",
          "acf7032901000d00010000000000000002000000000000000300000004000000"
              + "0000000002000000050000000000000006000000000000000500000000000000"
              + "070000000000000001000000",
          "5649230901000e00010000000000000002000000000000000300000004000000"
              + "00000000050000000000000006000000000000000100",
          "5210f37b01000f00010000000000000002000000000000000300000004000000"
              + "0000000005000000000000000600000000000000",
          "084a166301001000010000000000000002000000000000000300000004000000"
              + "00000000050000000000000006000000000000000100630a0000000000000004"
              + "0066697265");

  private static final ChangeVolume COMMAND =
      new ChangeVolume(
          new VolumeMetadata(
              new VolumeId(new UUID(1, 2)),
              "db",
              new VolumeGeometry(1L << 33, 512),
              new LayerMetadata(7, List.of()),
              new VolumeSettings(
                  Compression.LZ4,
                  new QosLimits(500, 1 << 20, 250),
                  List.of(new HostAccess("nqn.2026-11.x:h", "a", "b"))),
              VolumePhase.DELETING),
          9);

  @Test
  void shouldWriteAndReadCommandsAsEver() throws MalformedMetadataException {
    byte[] bytes = HexFormat.of().parseHex(CHANGE_VOLUME);
    assertThat(HexFormat.of().formatHex(MetadataCodec.encode(COMMAND))).isEqualTo(CHANGE_VOLUME);
    assertThat(MetadataCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length))
        .isEqualTo(COMMAND);
  }

  /// A state as it was written before there was replication.
  @Test
  void shouldReadStatesWithoutReplication() throws MalformedMetadataException {
    ClusterState state =
        ClusterState.EMPTY.apply(new ClusterCommand.FormCluster(new UUID(1, 2))).state();
    byte[] bytes = HexFormat.of().parseHex(STATE_OF_KIND_100);
    assertThat(MetadataCodec.decodeState(new UnsafeBuffer(bytes), 0, bytes.length))
        .isEqualTo(state);
  }

  @Test
  void shouldWriteAndReadReplicaCommandsAsEver() throws MalformedMetadataException {
    GroupBasis basis = new GroupBasis(new VolumeId(new UUID(1, 2)), 3, 4);
    UUID device = new UUID(5, 6);
    SortedSet<UUID> members = new TreeSet<>(List.of(device, new UUID(5, 7)));
    Placement placement = new Placement(members, device, 2);
    List<ClusterCommand> commands =
        List.of(
            new ClusterCommand.CreateVolume(COMMAND.volume(), placement),
            new AttachDevice(device, 7, 8),
            new DetachDevice(device, 7),
            new FenceNode(new UUID(9, 9), 7),
            new PlaceVolume(basis.volume(), placement),
            new ChangeMembers(basis, members, 1),
            new ChangeSet(basis, device, SetChange.JOINS),
            new HandOver(basis, device),
            new AcceptDataLoss(basis, device, new AcceptedLoss.Decision("c", 10, "fire")));
    List<String> written = new ArrayList<>();
    for (ClusterCommand command : commands) {
      byte[] bytes = MetadataCodec.encode(command);
      written.add(HexFormat.of().formatHex(bytes));
      assertThat(MetadataCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length))
          .isEqualTo(command);
    }
    assertThat(written).containsExactlyElementsOf(REPLICA_COMMANDS);
  }
}
