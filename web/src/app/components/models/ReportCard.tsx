/** A report for a bug, which can be read before it is copied. */
import type { JSX } from "preact";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";

export function ReportCard(): JSX.Element {
  const { state, models } = useApp();
  const report = state.models.report.value;
  const words = text.models.engine;
  const made = report.kind === "made" || report.kind === "copied" ? report.report : null;
  return (
    <section class="card" aria-labelledby="report-title" data-testid="report">
      <h3 id="report-title">{words.reportTitle}</h3>
      <p class="section-note">{words.reportNote}</p>
      {report.kind === "failed" && <ErrorCard error={report.error} />}
      {made !== null && (
        <pre class="report" data-testid="report-text" tabIndex={0} role="region" aria-label={words.reportLabel}>
          {made}
        </pre>
      )}
      <div class="section-actions">
        {made === null ? (
          <button
            type="button"
            class="outlined"
            data-testid="report-make"
            disabled={report.kind === "making"}
            onClick={() => void models.report.make()}
          >
            {report.kind === "making" ? words.makingReport : words.makeReport}
          </button>
        ) : (
          <>
            <button
              type="button"
              class="outlined"
              data-testid="report-copy"
              onClick={() => void models.report.copy()}
            >
              {report.kind === "copied" ? words.reportCopied : words.copyReport}
            </button>
            <button
              type="button"
              class="outlined"
              data-testid="report-save"
              onClick={() => {
                models.report.save();
              }}
            >
              {words.saveReport}
            </button>
          </>
        )}
      </div>
    </section>
  );
}
