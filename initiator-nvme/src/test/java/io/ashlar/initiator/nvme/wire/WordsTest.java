package io.ashlar.initiator.nvme.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person reads of PDUs, and what a controller may send.
class WordsTest {
  /// TCP Transport Specification §3.6.1: which types exist, and how long their headers are.
  @ParameterizedTest
  @CsvSource({
    "0, ICReq, 0",
    "1, ICResp, 128",
    "2, H2CTermReq, 0",
    "3, C2HTermReq, 24",
    "4, CapsuleCmd, 0",
    "5, CapsuleResp, 24",
    "6, H2CData, 0",
    "7, C2HData, 24",
    "8, PDU type 0x08, 0",
    "9, R2T, 24",
    "255, PDU type 0xff, 0"
  })
  void shouldKnowEachTypeByName(int type, String name, int hlenFromController) {
    assertThat(PduType.name(type)).isEqualTo(name);
    assertThat(PduType.hlenFromController(type)).isEqualTo(hlenFromController);
  }

  @Test
  void shouldDescribeFatalErrorsOfControllersThatKnowMore() {
    assertThat(FatalError.describe(3)).contains("digest");
    assertThat(FatalError.describe(77)).isEqualTo("unknown fatal error status 77");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, -1})
  void shouldAgreeOnNoOtherDigests(int flags) {
    assertThatThrownBy(() -> new PduLayout().agree(flags, 4))
        .isInstanceOf(CheckFailedException.class);
  }
}
