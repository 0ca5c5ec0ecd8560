/// Who may take how much: limits per volume, kept by token buckets, and a budget for background
/// work that gives way to the foreground.
@NullMarked
package io.ashlar.core.qos;

import org.jspecify.annotations.NullMarked;
