package io.ashlar.initiator.nvme.target;

import static io.ashlar.initiator.nvme.target.CommandCrossTest.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.initiator.nvme.InitiatorOptions;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import io.ashlar.initiator.nvme.command.AdminCommands;
import io.ashlar.initiator.nvme.command.DiscoveryEntry;
import io.ashlar.initiator.nvme.command.FabricsCommands;
import io.ashlar.initiator.nvme.command.NvmCommands;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.queue.CommandState;
import io.ashlar.initiator.nvme.queue.HostCommand;
import io.ashlar.target.nvme.subsystem.HostAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Discovery, identification, logs, features and events between host and target.
@Timeout(60)
class AdminCrossTest {
  private final ServedVolume served = new ServedVolume(64 << 20, 4096);

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void shouldDiscoverTheSubsystemWhereTheHostCameFrom() throws IOException {
    InitiatorOptions discovery =
        InitiatorOptions.to(served.address(), FabricsCommands.DISCOVERY_NQN, ServedVolume.HOST_ID);
    try (NvmeInitiator host = NvmeInitiator.connect(discovery)) {
      assertThat(host.identity().controllerType()).isEqualTo(2);
      List<DiscoveryEntry> found =
          host.discover().stream()
              .filter(each -> each.subsystemType() == DiscoveryEntry.SUBSYSTEM_NVM)
              .toList();
      assertThat(found).hasSize(1);
      DiscoveryEntry entry = found.getFirst();
      assertThat(entry.subsystemNqn()).isEqualTo(served.nqn());
      assertThat(entry.transportType()).isEqualTo(DiscoveryEntry.TRANSPORT_TCP);
      assertThat(entry.addressFamily()).isEqualTo(1);
      assertThat(entry.address()).isEqualTo(served.address().getAddress().getHostAddress());
      assertThat(entry.service()).isEqualTo(Integer.toString(served.address().getPort()));
    }
  }

  @Test
  void shouldShowOnlyAllowedHostsTheirSubsystems() throws IOException {
    served.publish(HostAccess.of(Set.of("nqn.2014-08.org.nvmexpress:uuid:somebody-else")));
    assertStatus(served::connect, NvmeStatus.CONNECT_INVALID_HOST);
    InitiatorOptions discovery =
        InitiatorOptions.to(served.address(), FabricsCommands.DISCOVERY_NQN, ServedVolume.HOST_ID);
    try (NvmeInitiator host = NvmeInitiator.connect(discovery)) {
      assertThat(host.discover().stream().map(DiscoveryEntry::subsystemNqn))
          .doesNotContain(served.nqn());
    }
  }

  @Test
  void shouldRefuseUnknownSubsystems() {
    assertStatus(
        () ->
            NvmeInitiator.connect(
                InitiatorOptions.to(
                    served.address(), "nqn.2026-11.io.ashlar:none", ServedVolume.HOST_ID)),
        NvmeStatus.CONNECT_INVALID_PARAMETERS);
  }

  @Test
  void shouldIdentifyControllerAndNamespace() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      assertThat(host.identity().subsystemNqn()).isEqualTo(served.nqn());
      assertThat(host.identity().controllerId()).isEqualTo(host.controllerId());
      assertThat(host.identity().controllerType()).isEqualTo(1);
      assertThat(host.identity().volatileWriteCache()).isFalse();
      assertThat(host.identity().fusedOperations() & 1).isEqualTo(1);
      assertThat(host.identity().atomicWritePowerFailBlocks()).isEqualTo(256);
      assertThat(host.activeNamespaces()).containsExactly(1);
      NvmeNamespace namespace = host.openNamespace(1, 2);
      assertThat(namespace.shape().blockBytes()).isEqualTo(4096);
      assertThat(namespace.shape().sizeBytes()).isEqualTo(64 << 20);
      assertThat(namespace.shape().nguid())
          .isEqualTo(served.volume().id().toString().replace("-", ""));
      assertThat(namespace.shape().isShared()).isTrue();
      assertStatus(() -> host.openNamespace(2, 2), NvmeStatus.INVALID_NAMESPACE);
    }
  }

  @Test
  void shouldDescribeTheNamespaceByItsUuid() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      ByteBuffer list = host.identify(AdminCommands.CNS_NAMESPACE_DESCRIPTORS, 1);
      byte[] bytes = new byte[256];
      list.get(0, bytes);
      assertThat(HexFormat.of().formatHex(bytes))
          .contains("03100000" + served.volume().id().toString().replace("-", ""));
    }
  }

  @Test
  void shouldServeTheLogPagesThatHostsRead() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      host.openNamespace(1, 2).read(0, 1);
      assertThat(host.logPage(AdminCommands.LOG_ERROR, -1, 0, 64).capacity()).isEqualTo(64);
      assertThat(host.logPage(AdminCommands.LOG_SMART, -1, 0, 512).capacity()).isEqualTo(512);
      assertThat(host.logPage(AdminCommands.LOG_FIRMWARE, -1, 0, 512).capacity()).isEqualTo(512);
      ByteBuffer effects = host.logPage(AdminCommands.LOG_COMMANDS_SUPPORTED, 0, 0, 4096);
      assertThat(effects.getInt(1024 + 4 * NvmCommands.READ) & 1).isEqualTo(1);
      assertThat(effects.getInt(1024 + 4 * 0x7E) & 1).isZero();
      ByteBuffer ana = host.logPage(AdminCommands.LOG_ANA, 0, 0, 64);
      assertThat(ana.getShort(8)).isEqualTo((short) 1); // groups
      assertThat(ana.get(16 + 16) & 0xF).isEqualTo(1); // optimized
      assertThat(ana.getInt(16 + 32)).isEqualTo(1); // namespace 1
      assertStatus(() -> host.logPage(0x7F, 0, 0, 64), NvmeStatus.INVALID_LOG_PAGE);
    }
  }

  @Test
  void shouldGrantQueuesAndKeepFeatures() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      int granted = host.setFeature(AdminCommands.FEATURE_NUMBER_OF_QUEUES, 0, 0x0003_0003);
      // A controller may grant more or fewer than were asked for (Base Specification 5.27.1.5).
      assertThat(granted & 0xFFFF).isEqualTo(granted >>> 16).isPositive();
      assertThat(host.feature(AdminCommands.FEATURE_KEEP_ALIVE_TIMER, 0)).isEqualTo(60_000);
      host.setFeature(AdminCommands.FEATURE_ASYNC_EVENTS, 0, 0x100);
      assertThat(host.feature(AdminCommands.FEATURE_ASYNC_EVENTS, 0)).isEqualTo(0x100);
      assertStatus(() -> host.feature(0x7D, 0), NvmeStatus.INVALID_FIELD);
      host.keepAlive();
    }
  }

  @Test
  void shouldTellOfAResize() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      host.setFeature(AdminCommands.FEATURE_ASYNC_EVENTS, 0, 0x100);
      HostCommand event = host.requestEvent(command -> {});
      served.onShard(() -> {
        served.target().namespaceChanged(served.volume().id());
        return 0;
      });
      host.admin().await(event);
      // Notice (2), namespace attribute changed (0), log page 04h
      assertThat(event.result() & 0xFFFFFF).isEqualTo(0x040002);
      ByteBuffer changed = host.logPage(AdminCommands.LOG_CHANGED_NAMESPACES, 0, 0, 4096);
      assertThat(changed.getInt(0)).isEqualTo(1);
    }
  }

  @Test
  void shouldAnswerAbortOfWhatIsGone() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 2);
      HostCommand done = namespace.runner().acquire().receiving(4096);
      NvmCommands.read(done.entry(), 1, 0, 1);
      namespace.runner().run(done);
      assertThat(host.abort(1, done)).isFalse();
    }
  }

  @Test
  void shouldAbortACommandOnlyOnce() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      HostCommand event = host.requestEvent(command -> {});
      boolean aborted = host.abort(0, event);
      if (aborted) {
        host.admin().await(event);
        assertThat(NvmeStatus.ABORT_REQUESTED.is(event.status())).isTrue();
      } else {
        assertThat(event.state()).isEqualTo(CommandState.IN_FLIGHT);
      }
      host.keepAlive();
    }
  }

  @Test
  void shouldShutDownInOrder() throws IOException {
    NvmeInitiator host = served.connect();
    host.openNamespace(1, 2).write(0, new byte[4096]);
    host.shutdown();
  }

  @Test
  void shouldDropAHostThatFallsSilent() throws IOException, InterruptedException {
    InitiatorOptions brief =
        served.options().withTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(1));
    try (NvmeInitiator host = NvmeInitiator.connect(brief)) {
      for (int i = 0; i < 200 && served.target().connectionCount() > 0; i++) {
        Thread.sleep(50);
      }
      assertThat(served.target().connectionCount()).isZero();
      assertStatus(host::keepAlive, NvmeStatus.HOST_PATHING_ERROR);
    }
  }

  @Test
  void shouldCutOffAHostThatLostItsAccess() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 2);
      namespace.read(0, 1);
      served.publish(HostAccess.NONE);
      assertStatus(() -> namespace.read(0, 1), NvmeStatus.HOST_PATHING_ERROR);
    }
  }
}
