package io.ashlar.replication.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.20.0.0/24, 10.20.0.255, true",
    "10.20.0.0/24, 10.20.1.0, false",
    "10.20.0.128/25, 10.20.0.128, true",
    "10.20.0.128/25, 10.20.0.127, false",
    "10.20.0.7/32, 10.20.0.7, true",
    "10.20.0.7/32, 10.20.0.6, false",
    "0.0.0.0/0, 192.0.2.1, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false"
  })
  void shouldContainWhatBeginsLikeIt(String range, String address, boolean isInside) {
    InetSocketAddress socket = new InetSocketAddress(InetAddress.ofLiteral(address), 1);
    assertThat(AddressRange.parse(range).contains(socket)).isEqualTo(isInside);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.20.0.0",
        "10.20.0.0/",
        "10.20.0.0/33",
        "10.20.0.0/-1",
        "10.20.0.0/x",
        "storage.example.com/24",
        "10.20.0.1/24",
        "300.1.1.1/8",
        "10.20.0.0/24/24"
      })
  void shouldRefuseWhatIsNoneInASentence(String text) {
    assertThatThrownBy(() -> AddressRange.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "'")
        .hasMessageEndingWith(".");
  }

  @Test
  void shouldNotContainANameThatIsNotResolved() {
    assertThat(
            AddressRange.parse("0.0.0.0/0")
                .contains(InetSocketAddress.createUnresolved("example.com", 1)))
        .isFalse();
  }

  @Test
  void shouldWriteItselfAsItWasWritten() {
    assertThat(AddressRange.parse("10.20.0.0/24")).hasToString("10.20.0.0/24");
  }
}
