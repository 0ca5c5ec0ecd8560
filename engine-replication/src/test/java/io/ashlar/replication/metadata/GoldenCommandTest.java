package io.ashlar.replication.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.ChangeVolume;
import java.util.HexFormat;
import java.util.List;
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
}
