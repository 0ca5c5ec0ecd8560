package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.AnaState;
import io.ashlar.target.nvme.subsystem.HostAccess;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Exports that begin, move, change and end while hosts use them.
class ExportsTest {
  private static final int BLOCK = 4096;

  private final RunningTarget running = RunningTarget.of4KiBlocks();

  @AfterEach
  void stop() {
    running.close();
  }

  private EventLoop otherShard() {
    EventLoop next = running.loops.next();
    return next.equals(running.shard) ? running.loops.next() : next;
  }

  private void export(MemoryBlockVolume volume, EventLoop shard) {
    running.target.publish(
        List.of(new Subsystem(volume.id(), volume, shard, HostAccess.ANY, AnaGroup.SOLE)));
  }

  @Test
  void shouldCutHostsOffWhenTheirVolumeMovesToAnotherShard() throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      export(running.volume, otherShard());
      assertThat(queue.drain()).isNull();
      assertThat(admin.drain()).isNull();
    }
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      assertThat(queue.read(0, 1, BLOCK).code()).isZero();
      assertThat(running.target.hosts(running.volume.id())).containsExactly(RunningTarget.HOST);
    }
  }

  @Test
  void shouldCutHostsOffWhenTheirVolumeIsReplaced() throws IOException {
    MemoryBlockVolume next = MemoryBlockVolume.numbered(7, new VolumeGeometry(32 << 20, BLOCK));
    assertThat(next.id()).isEqualTo(running.volume.id());
    try (TestHost admin = running.admin()) {
      export(next, running.shard);
      assertThat(admin.drain()).isNull();
    }
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      assertThat(queue.read((32 << 20) / BLOCK, 1, BLOCK).code())
          .isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
    }
  }

  @Test
  void shouldForgetExportsThatEnd() throws IOException {
    try (TestHost admin = running.admin()) {
      running.target.publish(List.of());
      assertThat(admin.drain()).isNull();
    }
    assertThat(running.target.hosts(running.volume.id())).isEmpty();
    running.target.namespaceChanged(running.volume.id());
    running.target.namespaceChanged(new VolumeId(new UUID(1, 1)));
    try (TestHost host = TestHost.initialized(running.address, 0)) {
      assertThat(host.connect(0, 32, 0xFFFF, running.nqn(), RunningTarget.HOST).code())
          .isEqualTo(NvmeStatus.CONNECT_INVALID_PARAMETERS);
    }
  }

  @Test
  void shouldExportAVolumeOnce() {
    Subsystem one = running.export(HostAccess.ANY);
    assertThatThrownBy(() -> running.target.publish(List.of(one, one)))
        .isInstanceOf(CheckFailedException.class);
  }

  /// A path that does not work serves no commands, but lets hosts go.
  @Test
  void shouldLetAHostLeaveAPathThatDoesNotWork() throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      AnaGroup lost = new AnaGroup(1, AnaState.INACCESSIBLE, 1);
      running.target.publish(List.of(running.export(HostAccess.ANY).withAna(lost)));
      assertThat(queue.read(0, 1, BLOCK).code()).isEqualTo(NvmeStatus.ANA_INACCESSIBLE);
      assertThat(queue.command(queue.fabrics(8), null).code()).isZero();
      assertThat(queue.drain()).isNull();
      assertThat(AdminCommandsTest.logPage(admin, 0x0C | 1 << 8, 48, 0).data()[32])
          .as("the state, without namespaces")
          .isEqualTo((byte) 3);
    }
  }
}
