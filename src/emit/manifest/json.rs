//! The whole Plan as JSON, schema sodeb.manifest/1.

use serde::Serialize;

use super::ManifestFault;
use super::encode::indented;
use crate::emit::rows::PlanRow;
use crate::solve::plan::Plan;

#[derive(Serialize)]
struct Document<'plan> {
    schema: &'static str,
    #[serde(flatten)]
    plan: PlanRow<'plan>,
}

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    indented(&Document { schema: "sodeb.manifest/1", plan: PlanRow::new(plan, None) })
}
