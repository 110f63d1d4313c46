import { only } from '../language/read-section.ts';
import type { Located } from '../language/spec.ts';
import type { Command } from '../language/values/commands.ts';
import { defined } from './build.ts';
import type { ScriptSecurity } from './build-scripts.ts';
import type { Notifications } from './configuration.ts';

type Scripts = readonly Located<Command>[];

interface NotificationKeywords {
  readonly notify_master: Scripts;
  readonly notify_backup: Scripts;
  readonly notify_fault: Scripts;
  readonly notify_stop: Scripts;
  readonly notify: Scripts;
  /** Virtual routers only. */
  readonly notify_deleted?: Scripts;
  readonly notify_master_rx_lower_pri?: Scripts;
  readonly notify_priority_changes: readonly Located<boolean>[];
  readonly smtp_alert: readonly Located<boolean>[];
}

/** Programs that run, and mails that go out, when a virtual router or a group changes its state. */
export function buildNotifications(
  own: NotificationKeywords,
  security: ScriptSecurity,
  usual: { readonly priorityChanges: boolean; readonly smtpAlert: boolean },
): Notifications {
  return {
    ...defined({
      master: security.notice(own.notify_master),
      backup: security.notice(own.notify_backup),
      fault: security.notice(own.notify_fault),
      stop: security.notice(own.notify_stop),
      deleted: security.notice(own.notify_deleted ?? []),
      any: security.notice(own.notify),
      masterReceivedLowerPriority: security.notice(own.notify_master_rx_lower_pri ?? []),
    }),
    priorityChanges: only(own.notify_priority_changes) ?? usual.priorityChanges,
    smtpAlert: only(own.smtp_alert) ?? usual.smtpAlert,
  };
}
