/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Alerts: something a person should know about a channel, raised by a module or a rule, kept until acknowledged.
 *
 * <p>Main types: {@link io.bascule.api.channel.alert.Alert}, {@link io.bascule.api.channel.alert.AlertRegistry}.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.channel.alert;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
