package io.ashlar.nvme.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PoolFileTest {
  private static final long BYTES = 8 << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void shouldCreateAFileThatOnlyItsOwnerMayRead(Preallocation preallocation) throws Exception {
    Path pool = directory.resolve("pool");
    PoolFile.create(pool, BYTES, preallocation);
    assertThat(Files.size(pool)).isEqualTo(BYTES);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pool)))
        .isEqualTo("rw-------");
  }

  @Test
  void shouldNotTouchAFileThatIsThere() throws Exception {
    Path pool = Files.writeString(directory.resolve("pool"), "precious");
    assertRefused(pool, BYTES, Reason.IN_USE, "another process");
    assertThat(pool).hasContent("precious");
  }

  @Test
  void shouldSayThatTheDirectoryIsMissing() {
    assertRefused(directory.resolve("no/pool"), BYTES, Reason.ABSENT, "directory does not exist");
  }

  @Test
  void shouldLeaveNothingBehindWhereThereIsNoRoom() throws Exception {
    Path pool = directory.resolve("pool");
    long tooMuch = Files.getFileStore(directory).getUsableSpace() + (1L << 40);
    assertRefused(pool, tooMuch, Reason.UNSUITABLE, "no room");
    assertThat(pool).doesNotExist();
  }

  private static void assertRefused(Path pool, long bytes, Reason reason, String words) {
    assertThatThrownBy(() -> PoolFile.create(pool, bytes, Preallocation.RESERVED))
        .isInstanceOfSatisfying(
            DeviceOpenException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(words);
  }
}
