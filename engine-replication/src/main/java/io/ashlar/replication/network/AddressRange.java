package io.ashlar.replication.network;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// The addresses that belong to the storage network, such as `10.20.0.0/24` or `fd00:7::/64`.
/// Nothing is sent to, and nobody is heard from, any other.
public final class AddressRange {
  private final byte[] prefix;
  private final int bits;

  private AddressRange(byte[] prefix, int bits) {
    this.prefix = prefix;
    this.bits = bits;
  }

  /// Reads `address/bits`. Bits of the address beyond the first ones must be zero: who wrote
  /// something else had something else in mind.
  ///
  /// @throws IllegalArgumentException with a sentence if it is none
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    String complaint = "'" + text + "' is no range of addresses: write it like 10.20.0.0/24.";
    // A name would be looked up; an address has only these characters.
    if (slash < 1 || !text.substring(0, slash).matches("[0-9a-fA-F:.]+")) {
      throw new IllegalArgumentException(complaint);
    }
    try {
      byte[] prefix = InetAddress.getByName(text.substring(0, slash)).getAddress();
      int bits = Integer.parseInt(text.substring(slash + 1));
      if (bits < 0 || bits > prefix.length * Byte.SIZE) {
        throw new IllegalArgumentException(complaint);
      }
      for (int bit = bits; bit < prefix.length * Byte.SIZE; bit++) {
        if (bitOf(prefix, bit) != 0) {
          throw new IllegalArgumentException(
              "'" + text + "' has bits set beyond its first " + bits + ": set them to zero.");
        }
      }
      return new AddressRange(prefix, bits);
    } catch (UnknownHostException | NumberFormatException wrong) {
      throw new IllegalArgumentException(complaint, wrong);
    }
  }

  /// Whether an address lies in it. One that is not resolved does not.
  public boolean contains(InetSocketAddress socket) {
    InetAddress address = socket.getAddress();
    return address != null && contains(address.getAddress());
  }

  private boolean contains(byte[] address) {
    if (address.length != prefix.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      if (bitOf(address, bit) != bitOf(prefix, bit)) {
        return false;
      }
    }
    return true;
  }

  private static int bitOf(byte[] address, int bit) {
    return address[bit / Byte.SIZE] >> (Byte.SIZE - 1 - bit % Byte.SIZE) & 1;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(prefix).getHostAddress() + "/" + bits;
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("a prefix has the length of an address", impossible);
    }
  }
}
