/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Keeps alerts in memory, bounded: {@link io.bascule.core.alert.BoundedAlertRegistry}. A restart of the gateway forgets
 * them; the events that went out with them do not come again. Safe for use by any thread.
 */
@NullMarked
package io.bascule.core.alert;

import org.jspecify.annotations.NullMarked;
